import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDynamoDb, installMinistack } from './install'

/** What every emulator believes, and so must whoever calls it. */
export const emulated = {
  region: 'us-east-1',
  accountId: '123456789012',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
} as const

export interface Emulator extends AsyncDisposable {
  /** `http://127.0.0.1:…` */
  endpoint: string
}

// The JVM is up in 1.5 s on an idle machine; a busy one takes its time.
const READY_MS = 60_000

export async function startDynamoDb(port?: number): Promise<Emulator> {
  const lib = join(installDynamoDb(), 'lib')
  const at = port ?? (await freePort())
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner'
  const java = ['-Xmx512m', `-Djava.library.path=${lib}`, '-cp', `${lib}/*`, main]
  const flags = ['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(at)]
  const child = spawnTied('java', [...java, ...flags])
  // Any answer will do: an unsigned request is answered 400.
  return ready(child, `http://127.0.0.1:${at}`, '/', () => {})
}

/** @param options.enforceIam asks who calls, and what policies let them do; `test` may do everything */
export async function startMinistack(
  options: { port?: number; enforceIam?: boolean } = {},
): Promise<Emulator> {
  const bin = join(installMinistack(), 'bin/ministack')
  const at = options.port ?? (await freePort())
  const data = mkdtempSync(join(tmpdir(), 'ministack-'))
  const env = {
    ...process.env,
    BIND_HOST: '127.0.0.1', // by default it listens to everyone
    GATEWAY_PORT: String(at),
    MINISTACK_ACCOUNT_ID: emulated.accountId,
    S3_DATA_DIR: join(data, 's3'),
    STATE_DIR: join(data, 'state'),
    ...(options.enforceIam && { AUTH: 'true' }),
  }
  const child = spawnTied(bin, [], { env })
  const clean = () => rmSync(data, { recursive: true, force: true })
  return ready(child, `http://127.0.0.1:${at}`, '/_ministack/health', clean)
}

// The pipe ends with us however we end, also by SIGKILL, and `process.on('exit')` is not heard in
// Bun's test runner: a shell that reads it takes the program along.
const TIED = 'exec 3<&0; "$@" </dev/null & own=$!; (cat <&3 >/dev/null; kill -9 $own) & wait $own'

/** Starts a program that does not outlive us, in a group of its own: Ctrl-C is for us, who end it last. */
export function spawnTied(
  command: string,
  args: string[],
  options: SpawnOptions = {},
): ChildProcess {
  const stdio: SpawnOptions['stdio'] = ['pipe', 'ignore', 'ignore']
  return spawn('sh', ['-c', TIED, 'sh', command, ...args], { stdio, ...options, detached: true })
}

function killGroup({ pid }: ChildProcess) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {} // it is gone already
}

/**
 * Waits until it answers; it dies with us, and when disposed.
 * @param clean removes what it kept on disk
 */
export async function ready(
  child: ChildProcess,
  endpoint: string,
  path: string,
  clean: () => void,
  patienceMs = READY_MS,
): Promise<Emulator> {
  const kill = () => killGroup(child)
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  async function dispose() {
    process.off('exit', kill)
    kill()
    await ended
    clean()
  }
  const deadline = Date.now() + patienceMs
  while (!(await fetch(endpoint + path).catch(() => undefined))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await dispose()
      throw new Error(`nothing came up at ${endpoint}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { endpoint, [Symbol.asyncDispose]: dispose }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
