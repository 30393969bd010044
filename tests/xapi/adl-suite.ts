import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { XapiVersion } from '../../src/config/config'

/** ADL's LRS conformance suite is no part of the repository; it lies beside it where somebody put it. */
const shared = resolve(import.meta.dir, '../../../shared/xapi/adl-suite')

export const isHere = existsSync(shared)

/** Each battery has so many tests, at adlnet/lrs-conformance-test-suite 2ec25f2. */
export const batteries: Record<XapiVersion, number> = { '1.0.3': 1365, '2.0.0': 1442 }

// A good server takes half a minute, the emulated deployment some. One that fails many tests makes
// the suite wait 15 s for each, and one that does not answer would make it wait for ever.
const PATIENCE_MS = 15 * 60_000
// SIGINT makes it write its log, which takes a second or two.
const LAST_WORDS_MS = 20_000

/**
 * Copies the suite, which may lie where nothing can be written, and installs it. Dependencies are not
 * pinned; none has an install script that it needs.
 * @param folder that goes away after the run
 */
export function install(folder: string): void {
  must(['cp', '-r', `${shared}/.`, folder], folder)
  must(['chmod', '-R', 'u+w', folder], folder)
  const quietly = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  must(['npm', 'install', ...quietly], folder)
}

function must(command: string[], cwd: string): void {
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd, stdin: 'ignore' })
  if (exitCode !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`)
}

export interface Endpoint {
  /** The URL of `/xapi`, without a slash at its end. */
  url: string
  user: string
  password: string
}

export interface Score {
  total: number
  passed: number
  /** Titles of tests that failed, each below those that it stands in. */
  failed: string[]
}

/**
 * Runs one battery.
 * @throws when the suite wrote no result, with what it wrote
 */
export async function run(
  folder: string,
  version: XapiVersion,
  endpoint: Endpoint,
): Promise<Score> {
  const { url, user, password } = endpoint
  const asked = ['-x', version, '-e', url, '-a', '-u', user, '-p', password]
  const before = logsIn(folder)
  const child = Bun.spawn(['node', 'bin/console_runner.js', ...asked], {
    cwd: folder,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const output = Promise.all([child.stdout, child.stderr].map((one) => new Response(one).text()))
  // It runs the tests in a child of its own, which stays behind when it is killed at once.
  const interrupting = setTimeout(() => child.kill('SIGINT'), PATIENCE_MS)
  const killing = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS + LAST_WORDS_MS)
  await child.exited
  clearTimeout(interrupting)
  clearTimeout(killing)
  const log = logsIn(folder).find((name) => !before.includes(name))
  if (log === undefined) throw new Error(`ADL's suite wrote no log:\n${(await output).join('\n')}`)
  // The exit code is the number of failures modulo 256, and says nothing of tests that did not run.
  const { summary, log: tree } = JSON.parse(readFileSync(join(folder, 'logs', log), 'utf8'))
  return { total: summary.total, passed: summary.passed, failed: failedIn(tree) }
}

function logsIn(folder: string): string[] {
  const logs = join(folder, 'logs')
  return existsSync(logs) ? readdirSync(logs).filter((name) => name.endsWith('.log')) : []
}

/** A node of the tree of tests has others, or is a test itself. */
interface Node {
  title?: string
  status?: string
  error?: unknown
  tests?: Node[]
}

/** Lists the failed leaves of the tree. */
function failedIn(node: Node | undefined, above: string[] = []): string[] {
  if (node === undefined) return []
  const titles = [...above, node.title ?? '']
  const { tests = [] } = node
  if (tests.length > 0) return tests.flatMap((one) => failedIn(one, titles))
  if (node.status !== 'failed') return []
  return [`${titles.filter(Boolean).join(' › ')}: ${JSON.stringify(node.error ?? '')}`]
}
