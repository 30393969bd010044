import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GlueClient } from '@aws-sdk/client-glue'
import { Command } from 'commander'
import { version } from '../../package.json'
import { bootstrap } from '../../src/access/keys/bootstrap'
import { banner } from '../../src/cli/banner'
import { stopSignal } from '../../src/cli/stop-signal'
import { openRegistry, openServing } from '../../src/platform/aws'
import { systemClock as clock } from '../../src/platform/clock'
import { silentLog as log } from '../../src/telemetry/log'
import type { Graph } from '../synth/graph'
import { becomeDeployer } from './deployer'
import { type Deployment, lakeOf, startDeployment } from './deployment'
import { emulated, startDynamoDb, startMinistack } from './emulators/start'
import { noteRunning } from './running'
import { synthesised } from './synthesised'

interface Options {
  port: string
  stage: string
  state?: string
  dynamodb?: string
  ministack?: string
  visibility?: string
  athena?: boolean
  quiet?: boolean
}

await new Command('aws:local')
  .description(
    'run the deployment on this machine: its functions, under its policies, on emulators',
  )
  .option('--port <number>', 'port of the API; 0 takes a free one', '3000')
  .option('--stage <name>', 'the stage whose graph is run', 'ci')
  .option('--state <folder>', 'where it keeps how far it is; with emulators that run on')
  .option('--dynamodb <url>', 'a DynamoDB Local that runs already')
  .option('--ministack <url>', 'a ministack that runs already')
  .option('--visibility <seconds>', 'until a message that was in hand when this died comes back')
  .option('--athena', 'answer SQL, by Trino; needs 2 GB of memory and half a minute more')
  .option('--quiet', 'do not show what the functions write')
  .addHelpText(
    'after',
    [
      '',
      'Settings of the functions are taken from the environment: NONIUS_LOG_LEVEL=debug, …',
      'Data lives in the emulators, in memory: it is gone when they end.',
    ].join('\n'),
  )
  .action(run)
  .parseAsync()
  .catch((error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })

async function run(options: Options) {
  // Signals are heard from here on, so that one during the start is not lost.
  const stopping = stopSignal(() => process.exit(1))
  await using opened = new AsyncDisposableStack()
  const stateDir = options.state ?? mkdtempSync(join(tmpdir(), 'aws-local-'))
  if (!options.state) opened.defer(() => rmSync(stateDir, { recursive: true, force: true }))

  process.stderr.write(`Synthesising ${options.stage}, starting the emulators\n`)
  const [graph, endpoints] = [
    synthesised(options.stage, stateDir),
    await emulators(options, opened),
  ]
  const athena = options.athena ? await startAthena(graph, endpoints.ministack, opened) : undefined
  const deployment = await startDeployment({
    graph: options.visibility ? withVisibility(graph, Number(options.visibility)) : graph,
    endpoints: { ...endpoints, athena },
    stateDir,
    port: Number(options.port),
    environment: settings(),
    log: (name, line) => options.quiet || process.stderr.write(`${name.padEnd(9)}${line}\n`),
  })
  opened.use(deployment)
  const keys = await firstKeys(deployment)
  const url = new URL(deployment.url)
  const { endpoint, resources, clients } = deployment
  const { ministack: tokensAt } = endpoints
  opened.use(noteRunning(url.port, { endpoint, resources, ...clients, tokensAt }))
  process.stdout.write(banner({ url, keys, dataDir: stateDir }, `${version} (AWS, emulated)`))
  process.stdout.write(`\nEvents over WebSocket: ${deployment.socketUrl}/ws/publish\n`)
  await stopping
  process.stderr.write('Stopping: handing on what is stored.\n')
  await deployment.drain()
}

async function emulators({ dynamodb, ministack }: Options, opened: AsyncDisposableStack) {
  if (dynamodb && ministack) return { dynamoDb: dynamodb, ministack }
  const [tables, rest] = await Promise.all([startDynamoDb(), startMinistack()])
  return { dynamoDb: opened.use(tables).endpoint, ministack: opened.use(rest).endpoint }
}

/** Starts Trino in the place of Athena, over what Firehose writes. @returns its address */
async function startAthena(graph: Graph, aws: string, opened: AsyncDisposableStack) {
  process.stderr.write('Starting Trino\n')
  // Few people ask it anything: whoever does not, needs neither Maven nor the half of a gigabyte.
  const { startAthenaByTrino } = await import('./emulators/athena-by-trino')
  const { startTrino } = await import('./emulators/trino')
  const { database, lake: bucket } = lakeOf(graph)
  const { query, ...trino } = await startTrino({ aws, database, iceberg: true })
  opened.use(trino)
  const { region, credentials } = emulated
  const glue = new GlueClient({ region, credentials, endpoint: aws })
  const { now } = clock
  return opened.use(startAthenaByTrino({ query, glue, bucket, database, now })).endpoint
}

// The time-out can be shortened: six minutes, as deployed, are long for a person who tries out what
// a crash does.
function withVisibility(graph: Graph, visibilityTimeoutSeconds: number): Graph {
  const resources = graph.resources.map((one) =>
    one.type === 'aws:sqs/queue:Queue'
      ? { ...one, inputs: { ...one.inputs, visibilityTimeoutSeconds } }
      : one,
  )
  return { ...graph, resources }
}

function settings(): Record<string, string> {
  const given = Object.entries(process.env).filter(([name]) => name.startsWith('NONIUS_'))
  return Object.fromEntries(given) as Record<string, string>
}

/** Makes the first keys. @returns undefined when the emulators have them from an earlier start */
async function firstKeys({ endpoint, resources }: Deployment) {
  becomeDeployer(endpoint)
  await openServing(resources, { clock, log }).box()
  const { NONIUS_DEMO_KEY: demoKey, NONIUS_ADMIN_KEY: adminKey } = process.env
  return bootstrap(openRegistry(resources, clock), { clock, demoKey, adminKey })
}
