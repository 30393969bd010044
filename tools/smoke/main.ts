import { Command, InvalidArgumentError } from 'commander'
import { type Answer, checks } from './checks'

// A first request may find no running instance; even then a deployment that takes longer is not
// well.
const TIMEOUT_MS = 30_000

const command = new Command('smoke')
  .description(
    'see whether a deployment keeps its promises. Leaves some 300 events of a made-up learner in the ' +
      'tenant and one item in its quarantine: use a key of a source made for this.',
  )
  .argument('<url>', 'where it answers, e.g. the function URL', readUrl)
  .argument('<key>', 'a key with events:write and events:read')
  .action(run)

function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new InvalidArgumentError('It must be an absolute URL with http: or https:.')
}

async function run(url: URL, key: string) {
  async function call(path: string, init: RequestInit & { key?: string } = {}): Promise<Answer> {
    const headers = new Headers(init.headers)
    if (init.key !== '') headers.set('authorization', `Bearer ${init.key ?? key}`)
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch(new URL(path, url), { ...init, headers, signal })
    const text = await response.text()
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    const body = isJson ? JSON.parse(text) : text
    return { status: response.status, headers: response.headers, body }
  }

  let failed = 0
  for (const { promise, run } of checks) {
    const start = performance.now()
    const problem = await run({ call }).then(
      () => undefined,
      (error: Error) => error.cause ?? error,
    )
    const ms = Math.round(performance.now() - start)
    console.log(`${problem ? 'FAIL' : 'ok  '} ${promise} (${ms} ms)`)
    if (problem) console.log(`     ${(problem as Error).message}`)
    if (problem) failed += 1
  }
  console.log(`${checks.length - failed} of ${checks.length} promises kept at ${url.origin}`)
  if (failed > 0) process.exitCode = 1
}

await command.parseAsync()
