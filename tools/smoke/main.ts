import { Command, InvalidArgumentError } from 'commander'
import { positive } from '../numbers'
import { calling, type Deployment } from './calling'
import { checks } from './checks'

interface Options {
  deep?: true
  minutes: number
  stage?: string
  httpOnly?: true
}

const command = new Command('smoke')
  .description(
    'see whether a deployment keeps its promises. Leaves some 300 events of a made-up learner in the ' +
      'tenant and one item in its quarantine: use a key of a source made for this.',
  )
  .argument('<url>', 'where it answers, e.g. the function URL', readUrl)
  .argument('<key>', 'a key with events:write and events:read; with --deep also webhooks:write')
  .option(
    '--deep',
    'also wait for what follows from an event: the lake, a webhook, a token of Cognito, a change that nobody can ' +
      'read. Leaves three events more',
  )
  .option('--minutes <n>', 'how long --deep may take', positive, 8)
  .option(
    '--stage <name>',
    'which stage it is, for --deep: tokens and unreadable changes need the credentials to deploy it. Left out, ' +
      '`production`; one of `npm run aws:local` is found by its port',
  )
  .option('--http-only', 'leave out of --deep what needs these credentials')
  .action(run)

function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new InvalidArgumentError('It must be an absolute URL with http: or https:.')
}

async function run(url: URL, key: string, options: Options) {
  const { deep, minutes, stage = 'production', httpOnly } = options
  // The others need nothing of the AWS half, so that it is read for --deep alone.
  const staged = deep && !httpOnly ? await import('./deep/find-stage') : undefined
  const deployed = staged?.findStage(url)
  if (staged && !deployed && !isLoopback(url)) {
    process.stderr.write(
      `Reading the names of stage ${stage} by sst shell, with your credentials; --http-only does without.\n`,
    )
    const args = [url.href, key, '--deep', '--minutes', String(minutes)]
    process.exitCode = staged.runWithin(stage, import.meta.filename, args)
    return
  }
  const deployment = calling(url, key)
  let failed = await runQuick(deployment)
  let count = checks.length
  if (deep) {
    const { runDeep } = await import('./deep/run')
    const result = await runDeep(deployment, { minutes, deployed })
    failed += result.failed
    count += result.run
  }
  console.log(`${count - failed} of ${count} promises kept at ${url.origin}`)
  if (failed > 0) process.exitCode = 1
}

/** One machine is no stage of anybody's account. */
function isLoopback({ hostname }: URL): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}

/** Runs the checks of answers, one after another. @returns how many failed */
async function runQuick(deployment: Deployment): Promise<number> {
  let failed = 0
  for (const { promise, run } of checks) {
    const start = performance.now()
    const problem = await run(deployment).then(
      () => undefined,
      (error: Error) => error.cause ?? error,
    )
    const ms = Math.round(performance.now() - start)
    console.log(`${problem ? 'FAIL' : 'ok  '} ${promise} (${ms} ms)`)
    if (problem) console.log(`     ${(problem as Error).message}`)
    if (problem) failed += 1
  }
  return failed
}

await command.parseAsync().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
