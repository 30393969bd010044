import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../free-port'
import { spawnTied, type Tied } from '../spawn-tied'
import { installDynamoDb, installMinistack } from './install'

/** Every emulator, and every client of one, uses this region and these credentials. */
export const emulated = {
  region: 'us-east-1',
  accountId: '123456789012',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
} as const

export interface Emulator extends AsyncDisposable {
  /** The endpoint is `http://127.0.0.1:…`. */
  endpoint: string
}

// The JVM is up in 1.5 s on an idle machine; a busy one takes its time.
const READY_MS = 60_000

// It lives for minutes and holds little: a second compiler and parallel threads of the collector take
// half of its processor time, and give nothing back (235 and 120 ms for the tables of one test).
const JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

export async function startDynamoDb(port?: number): Promise<Emulator> {
  const lib = join(installDynamoDb(), 'lib')
  const at = port ?? (await freePort())
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner'
  const java = [...JVM, '-Xmx512m', `-Djava.library.path=${lib}`, '-cp', `${lib}/*`, main]
  const flags = ['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(at)]
  const child = spawnTied('java', [...java, ...flags])
  // Any answer will do: an unsigned request is answered 400.
  return ready(child, `http://127.0.0.1:${at}`, '/', () => {})
}

/** @param options.enforceIam checks the caller and the policies; `test` may do everything */
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

/**
 * Waits until a program answers. The program dies with us, and when disposed.
 * @param clean removes its files on disk
 */
export async function ready(
  { shell, kill }: Tied,
  endpoint: string,
  path: string,
  clean: () => void,
  patienceMs = READY_MS,
): Promise<Emulator> {
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()))
  async function dispose() {
    process.off('exit', kill)
    kill()
    await ended
    clean()
  }
  const deadline = Date.now() + patienceMs
  while (!(await fetch(endpoint + path).catch(() => undefined))) {
    if (shell.exitCode !== null || Date.now() > deadline) {
      await dispose()
      throw new Error(`nothing came up at ${endpoint}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { endpoint, [Symbol.asyncDispose]: dispose }
}
