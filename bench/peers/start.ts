/**
 * Peers are servers of our own writing that take the same load: each in a process of its own, with
 * its data in a folder that goes with it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../tests/support/folders'
import { hasPostgres, startPostgres } from '../../tests/support/postgres'
import { startServerProcess } from '../../tests/support/server-process'
import { settings } from '../scenario'

export interface Peer extends AsyncDisposable {
  name: string
  url: string
  key: string
  /** Processes of which it consists; their children belong to them. */
  pids: number[]
}

export const NONIUS = 'Nonius'
export const BARE = 'parse and insert alone'

/** Starts one, or says why it cannot. */
export type Start = () => Promise<Peer | string>

export const peers: Start[] = [startNonius, startBare, startHono, startFastify]

/** Starts Nonius as a user would, with its archive, and without a webhook: no peer has one. */
export async function startNonius(): Promise<Peer> {
  const folder = temporaryFolder()
  const server = await startServerProcess(folder.path, settings)
  const { url, key } = server
  return {
    ...{ name: NONIUS, url, key, pids: [server.process.pid] },
    async [Symbol.asyncDispose]() {
      await server.stop()
      folder[Symbol.dispose]()
    },
  }
}

export function startBare(): Promise<Peer> {
  return startProgram(BARE, 'bare.ts')
}

export function startHono(): Promise<Peer> {
  return startProgram('Hono + Zod + SQLite rows', 'hono-zod-sqlite.ts')
}

async function startProgram(name: string, file: string): Promise<Peer> {
  const folder = temporaryFolder()
  const command = [process.execPath, join(import.meta.dir, file), join(folder.path, 'events.db')]
  const { url, child } = await spawnPeer(command)
  return {
    ...{ name, url, key: '', pids: [child.pid] },
    async [Symbol.asyncDispose]() {
      await end(child)
      folder[Symbol.dispose]()
    },
  }
}

async function startFastify(): Promise<Peer | string> {
  const name = 'Fastify + PostgreSQL JSONB'
  if (!hasPostgres()) return `${name}: this machine has no PostgreSQL (apt-get install postgresql)`
  if (!existsSync(join(import.meta.dir, 'node_modules', 'fastify'))) {
    return `${name}: it wants \`npm ci --prefix bench/peers\``
  }
  const postgres = await startPostgres({ isDurable: true })
  const command = ['node', join(import.meta.dir, 'fastify-postgres.mjs'), await postgres.database()]
  const { url, child } = await spawnPeer(command)
  return {
    ...{ name, url, key: '', pids: [child.pid, postgres.pid()] },
    async [Symbol.asyncDispose]() {
      await end(child)
      await postgres[Symbol.asyncDispose]()
    },
  }
}

type Child = Bun.Subprocess<'ignore', 'pipe', 'inherit'>

/** Starts a program that prints its port when it listens. */
async function spawnPeer(command: string[]): Promise<{ url: string; child: Child }> {
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
  const decoder = new TextDecoder()
  let said = ''
  for await (const part of child.stdout) {
    said += decoder.decode(part)
    if (said.includes('\n')) return { url: `http://127.0.0.1:${said.trim()}`, child }
  }
  throw new Error(`${command.join(' ')} ended with ${await child.exited}`)
}

async function end(child: Child) {
  child.kill()
  await child.exited
}
