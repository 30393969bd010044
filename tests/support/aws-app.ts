import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bootstrap } from '../../src/access/keys/bootstrap'
import type { Config } from '../../src/config/config'
import { readConfig } from '../../src/config/read-config'
import { settings } from '../../src/config/settings'
import { openServing } from '../../src/platform/aws'
import { openDelivering, openFeeding } from '../../src/platform/aws/handing-on'
import { tableTimeOuts } from '../../src/platform/aws/time-outs'
import { systemClock } from '../../src/platform/clock'
import { silentLog } from '../../src/telemetry/log'
import { deployer } from '../../tools/aws-local/deployer'
import { type Deployment, startDeployment } from '../../tools/aws-local/deployment'
import { emulated } from '../../tools/aws-local/emulators/start'
import type { Renamed } from '../../tools/aws-local/provision'
import type { Graph, GraphResource } from '../../tools/synth/graph'
import type { TestApp } from './app'
import { endpoints } from './aws/deployment'
import { useTables } from './aws/emulators'
import { keyring } from './keyring'

// What answers requests, and no more: the rest of the deployment has tests of its own.
const serving = new Set([
  'aws:apigatewayv2/api:Api',
  'aws:apigatewayv2/integration:Integration',
  'aws:apigatewayv2/route:Route',
  'aws:apigatewayv2/stage:Stage',
  'aws:dynamodb/table:Table',
  'aws:iam/role:Role',
  'aws:kms/key:Key',
  'aws:lambda/function:Function',
  'aws:lambda/functionUrl:FunctionUrl',
  'aws:s3/bucket:Bucket',
  'aws:sqs/queue:Queue',
  'sst:sst:LinkRef',
])

// Of a test's own writes, on a busy machine, the emulator answers one after seconds; functions have their own processes.
tableTimeOuts.requestTimeout = 15_000

let graph: Graph | undefined
let made = 0

/** The graph, and names for what it makes that no other test has. */
function freshGraph() {
  // Written once for all files of the run (`tests/aws/deployment/http-suite.ts`).
  graph ??= JSON.parse(readFileSync(process.env.AWS_GRAPH!, 'utf8')) as Graph
  made += 1
  const resources = graph.resources.filter(({ type }) => serving.has(type))
  const named = ({ type }: GraphResource) => /:(Table|Bucket|Queue)$/.test(type)
  const names = resources.filter(named).map(({ inputs }): Renamed => {
    const name: string = inputs.name ?? inputs.bucket
    // The name of a queue of which messages leave as they came ends so.
    return [name, name.replace(/(\.fifo)?$/, `-${made}$1`)]
  })
  return { graph: { ...graph, resources }, names }
}

// The first deployments of a run meet most of the code.
const FILL_CACHE = 10

/** What V8 compiled is on disk for the next process of a run: a start takes 1.0 s of a processor, not 1.2. */
function compileCache(): Record<string, string> {
  const folder = { NODE_COMPILE_CACHE: join(dirname(process.env.AWS_GRAPH!), 'compiled') }
  if (made > FILL_CACHE) return folder
  const flush = join(import.meta.dir, 'aws/flush-compile-cache.cjs')
  return { ...folder, NODE_OPTIONS: `--require ${flush}` }
}

// What a request is answered by, and says of it.
const answering = new Set(['Api', 'Administer'])

/** The app as it is deployed: the built function behind its URL, on tables of its own. */
export async function startAwsTestApp(changes: Partial<Config> = {}): Promise<TestApp> {
  const stateDir = mkdtempSync(join(tmpdir(), 'aws-app-'))
  const logged: string[] = []
  const tables = useTables()
  const deployment = await startDeployment({
    ...freshGraph(),
    endpoints: await endpoints(),
    stateDir,
    // As on one machine, no issuer is believed but the one that a test names.
    environment: { NONIUS_OIDC_ISSUER: '', ...environmentOf(changes), ...compileCache() },
    isApiOnly: true,
    sourceIp: '192.0.2.7',
    log: (name, line) => void (answering.has(name) && logged.push(...logLine(line))),
  })
  const clock = systemClock
  const platform = await adapters(deployment)
  const { registry } = platform
  // As `aws:bootstrap` does: no function that runs here draws the root secret.
  await platform.box()
  const first = await bootstrap(registry, { clock })
  const keys = { demo: first!.demoKey, admin: first!.adminKey }
  const config = { ...readConfig({}), ...changes }

  return {
    platform: platform as unknown as TestApp['platform'],
    config,
    keys,
    logged,
    socketUrl: deployment.socketUrl.replace('ws:', 'http:'),
    app: undefined as never, // it is in another process
    options: { config, clock, log: silentLog },
    clock: {
      ...clock,
      set() {
        throw new Error('the clock of another process cannot be set')
      },
      // What a process remembers for a while is what a new one does not know.
      advance() {
        for (const name of ['Api', 'Administer', 'Realtime']) deployment.functionNamed(name).kill()
      },
    },

    follow: (tenantId = 'default') => countAll(deployment, platform, tenantId),

    async request(path, init) {
      // What the app is asked in process says nothing either of what its sender could unpack.
      const headers = new Headers(init?.headers)
      if (!headers.has('Accept-Encoding')) headers.set('Accept-Encoding', 'identity')
      const options = { redirect: 'manual', decompress: false, ...init, headers }
      return fetch(deployment.url + path, options as RequestInit)
    },

    ...keyring({ registry, clock, demo: keys.demo }),

    async [Symbol.asyncDispose]() {
      await deployment[Symbol.asyncDispose]()
      tables[Symbol.dispose]()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

/** Counts every event of a tenant; what was counted is not again. */
async function countAll(
  { resources }: Deployment,
  { events }: Awaited<ReturnType<typeof adapters>>,
  tenantId: string,
) {
  const { storedTypes } = openFeeding(resources, { clock: systemClock })
  let cursor: string | undefined
  do {
    const found = await events.latest(tenantId, { kind: 'event' }, { limit: 1000, cursor })
    await storedTypes.count(found.items)
    cursor = found.nextCursor
  } while (cursor !== undefined)
}

/** The stores under the app, for whoever looks behind it. */
async function adapters({ resources }: Deployment) {
  const { dynamoDb, ministack } = await endpoints()
  Object.assign(process.env, {
    AWS_REGION: emulated.region,
    AWS_ACCESS_KEY_ID: deployer.accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: ministack,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb,
    AWS_ENDPOINT_URL_SQS: new URL(resources.deliveryQueueUrl).origin,
  })
  const serving = openServing(resources, { clock: systemClock, log: silentLog })
  const { deliveries } = openDelivering(resources, { clock: systemClock })
  return { ...serving, deliveries: { ...deliveries, ...serving.deliveries } }
}

function environmentOf(changes: Partial<Config>): Record<string, string> {
  const given = Object.entries(changes) as [keyof Config, unknown][]
  return Object.fromEntries(given.map(([field, value]) => [settings[field].name, String(value)]))
}

/** As the local door's test log has it; what the runtime says is none of the app's. */
function logLine(line: string): string[] {
  if (!line.startsWith('{"time"')) return []
  const { time, level, message, ...fields } = JSON.parse(line)
  return [`${level} ${message} ${JSON.stringify(fields)}`]
}
