import { chownSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SQL } from 'bun'
import { freePort } from '../../tools/free-port'
import { temporaryFolder } from './folders'

export interface TestPostgres extends AsyncDisposable {
  url: string
  /** Makes a database of its own. @returns its address */
  database(): Promise<string>
  /** Ends it as a power cut would, before it returns. */
  kill(): void
  start(): Promise<void>
  /** The process that has started all of its others. */
  pid(): number
}

// It has what an address has to escape.
export const PASSWORD = 'p%40ss'

// Debian has the programs of a server out of the way, by its version.
const DEBIAN = '/usr/lib/postgresql'

export function hasPostgres(): boolean {
  return existsSync(DEBIAN)
}

function programs(): string {
  if (!hasPostgres()) throw new Error('this needs PostgreSQL: apt-get install postgresql')
  const versions = readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a))
  return join(DEBIAN, versions[0]!, 'bin')
}

/** Starts PostgreSQL in a folder of its own, on loopback. It refuses to run as root: the user `nobody` does. */
export async function startPostgres({ isDurable = false } = {}): Promise<TestPostgres> {
  const bin = programs()
  const folder = temporaryFolder()
  const data = join(folder.path, 'pg')
  const isRoot = process.getuid?.() === 0
  const [nobody, nogroup] = [65_534, 65_534]
  if (isRoot) chownSync(folder.path, nobody, nogroup)
  const before = isRoot
    ? ['setpriv', `--reuid=${nobody}`, `--regid=${nogroup}`, '--clear-groups']
    : []

  async function run(program: string, ...more: string[]) {
    const command = [...before, join(bin, program), '-D', data, ...more]
    // The server inherits what it is given: a pipe would stay open as long as it runs.
    const child = Bun.spawn(command, { stdout: 'ignore', stderr: 'ignore', cwd: folder.path })
    const exitCode = await child.exited
    if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode}`)
  }

  const port = await freePort()
  // A crash of the server, unlike one of the machine, leaves what it has written to the system.
  const fsync = isDurable ? 'on' : 'off'
  const options = `-c listen_addresses=127.0.0.1 -p ${port} -c unix_socket_directories= -c fsync=${fsync}`
  const start = () => run('pg_ctl', '-w', '-l', join(folder.path, 'log'), '-o', options, 'start')
  const stop = (mode: string) => run('pg_ctl', '-w', '-m', mode, 'stop')
  const password = join(folder.path, 'password')
  writeFileSync(password, decodeURIComponent(PASSWORD), { mode: 0o644 })
  await run(
    'initdb',
    '-U',
    'nonius',
    '-A',
    'scram-sha-256',
    '--pwfile',
    password,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  )
  await start()
  const url = `postgres://nonius:${PASSWORD}@127.0.0.1:${port}`
  let made = 0

  return {
    url,
    async database() {
      made += 1
      await askPostgres(`${url}/postgres`, `CREATE DATABASE db${made}`)
      return `${url}/db${made}`
    },
    kill() {
      const command = [...before, join(bin, 'pg_ctl'), '-D', data, '-w', '-m', 'immediate', 'stop']
      Bun.spawnSync(command, { cwd: folder.path })
    },
    start,
    pid: () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]),
    async [Symbol.asyncDispose]() {
      await stop('immediate').catch(() => {})
      folder[Symbol.dispose]()
    },
  }
}

export async function askPostgres(url: string, sql: string): Promise<unknown[][]> {
  await using server = new SQL(url, { max: 1, bigint: true })
  return [...(await server.unsafe(sql).values())] as unknown[][]
}
