import { resolve } from 'node:path'

/** The root of this repository. */
export const repository = resolve(import.meta.dir, '../..')

/** A program at work, with what it has said so far. */
export interface Program {
  /** Resolves once `pattern` is found in what it wrote to stdout. */
  says(pattern: RegExp, patienceMs?: number): Promise<string>
  signal(signal: NodeJS.Signals): void
  /** As Ctrl-C at a terminal does: to the program and to everything that it started. */
  interrupt(): Promise<Finished>
  stop(signal: NodeJS.Signals): Promise<Finished>
  finished: Promise<Finished>
}

export interface Finished {
  exitCode: number
  stdout: string
  stderr: string
}

interface Options {
  cwd?: string
  /** Beside PATH and HOME, which is all that a program under test gets of ours. */
  env?: Record<string, string>
  stdin?: string
}

// A first start may have to install everything on a slow machine.
const PATIENCE_MS = 120_000

/** Starts a program as a person would: nothing of the test's own environment reaches it. */
export function start(
  command: string[],
  { cwd = repository, env = {}, stdin = '' }: Options,
): Program {
  const { PATH = '', HOME = '' } = process.env
  const child = Bun.spawn(command, {
    cwd,
    env: { PATH, HOME, ...env },
    stdin: new Blob([stdin]),
    stdout: 'pipe',
    stderr: 'pipe',
    detached: true, // the leader of a group of its own
  })
  let said = ''
  let heard = Promise.withResolvers<void>()
  async function listen() {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      said += text
      heard.resolve()
      heard = Promise.withResolvers()
    }
    return said
  }
  const output = Promise.all([listen(), new Response(child.stderr).text(), child.exited])
  const finished = output.then(([stdout, stderr, exitCode]) => ({ stdout, stderr, exitCode }))

  return {
    finished,
    async says(pattern, patienceMs = PATIENCE_MS) {
      const late = Bun.sleep(patienceMs).then(() => 'late' as const)
      while (!pattern.test(said)) {
        const event = await Promise.race([heard.promise, late, finished])
        if (pattern.test(said)) break
        if (event === 'late') throw new Error(`${command.join(' ')} only said: ${said}`)
        if (event) throw new Error(`${command.join(' ')} ended: ${said}${event.stderr}`)
      }
      return said
    },
    signal: (signal) => child.kill(signal),
    interrupt() {
      process.kill(-child.pid, 'SIGINT')
      return finished
    },
    stop(signal) {
      child.kill(signal)
      return finished
    },
  }
}

export function run(command: string[], options: Options = {}): Promise<Finished> {
  return start(command, options).finished
}

/** The CLI, without the launcher: `npx nonius` that starts in a third of the time. */
export function nonius(args: string[], options: Options = {}): Promise<Finished> {
  return run([process.execPath, resolve(repository, 'src/cli.ts'), ...args], options)
}
