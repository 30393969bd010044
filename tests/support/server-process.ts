import { join } from 'node:path'
import { type Subprocess, spawn } from 'bun'
import { freePort } from '../../tools/free-port'

const cli = join(import.meta.dir, '../../src/cli.ts')

/** A real server in a process of its own, on a free port of the loopback address. */
export interface ServerProcess extends AsyncDisposable {
  url: string
  key: string
  process: Subprocess
  /** Everything it wrote so far, standard output and error together. */
  output(): string
  /** Kills it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>
  /** Asks it to stop, and waits. @returns its exit code */
  stop(): Promise<number>
}

/** @param before words of a command that starts what follows them, e.g. `['nice', '-n', '19']` */
export async function startServerProcess(
  dataDir: string,
  env: Record<string, string> = {},
  before: readonly string[] = [],
  { patienceMs = 20_000 } = {},
): Promise<ServerProcess> {
  const key = 'nk_test_key_of_the_demo_source'
  const port = env.NONIUS_PORT ?? String(await freePort())
  const child = spawn([...before, process.execPath, cli, 'serve'], {
    env: {
      ...process.env,
      NONIUS_PORT: port,
      NONIUS_HOST: '127.0.0.1',
      NONIUS_DATA_DIR: dataDir,
      NONIUS_DEMO_KEY: key,
      NONIUS_ADMIN_KEY: 'nk_test_key_of_the_admin',
      NONIUS_LOG_LEVEL: 'warn',
      // Requests are counted as everywhere; one key sends here as fast as a machine can.
      NONIUS_RATE_LIMIT_PUBLISH: '100000000/minute',
      NONIUS_RATE_LIMIT_QUERY: '100000000/minute',
      ...env,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) void collect(stream, (part) => (text += part))
  const url = `http://127.0.0.1:${port}`
  const server: ServerProcess = {
    url,
    key,
    process: child,
    output: () => text,
    async kill() {
      child.kill('SIGKILL')
      await child.exited
    },
    async stop() {
      child.kill('SIGTERM')
      return child.exited
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await child.exited
    },
  }
  try {
    await untilReady(server, patienceMs)
  } catch (error) {
    await server.kill()
    throw error
  }
  return server
}

async function collect(stream: ReadableStream<Uint8Array>, add: (text: string) => void) {
  const decoder = new TextDecoder()
  for await (const part of stream) add(decoder.decode(part, { stream: true }))
}

async function untilReady({ url, process: child, output }: ServerProcess, patienceMs: number) {
  const end = performance.now() + patienceMs
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`the server ended at once: ${output()}`)
    const isUp = await fetch(`${url}/health`).then(
      (reply) => reply.ok,
      () => false,
    )
    if (isUp) return
    await Bun.sleep(20)
  }
  throw new Error(`the server did not come up: ${output()}`)
}
