/**
 * A scenario starts the server as a user would, drives it from a second process, and counts what
 * that cost until the server has ended.
 */
import { Database } from 'bun:sqlite'
import { readdirSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { heapSettings } from '../src/heap-size.mjs'
import { temporaryFolder } from '../tests/support/folders'
import { type ServerProcess, startServerProcess } from '../tests/support/server-process'
import { type Floor, measureFloor } from './floor'
import type { Kind } from './kinds'
import { bytesWritten, cpuSeconds, watchThreads } from './processes'

// After it the compilers take a tenth of what they do in the first seconds; they are never done.
export const WARM_UP_SECONDS = 20

/** A request brings so many events of a kind, over so many connections, for so long. */
export interface Traffic {
  kind: Kind
  count: number
  connections: number
  seconds: number
  /** It ends sooner after so many events. */
  most?: number
  warmUp?: number
}

export interface Load {
  events: number
  ms: number
  p50: number
  p99: number
  statuses: Record<string, number>
}

/** Drives a server, and throws when it answers anything but 200. */
export async function load(
  { url, key }: Pick<ServerProcess, 'url' | 'key'>,
  traffic: Traffic,
): Promise<Load> {
  const { kind, count, connections, seconds, most = Number.MAX_SAFE_INTEGER } = traffic
  const args = [url, key, kind, count, connections, seconds, most].map(String)
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'load.ts'), ...args])
  const result = JSON.parse(await new Response(child.stdout).text()) as Load
  const bad = Object.keys(result.statuses).filter((status) => status !== '200')
  if (bad.length > 0) throw new Error(`the server answered ${JSON.stringify(result.statuses)}`)
  return result
}

/**
 * Reads the last count before the process ended: checkpoints and archiving count, until they are
 * done.
 */
async function writtenAtTheEnd({ process: child }: ServerProcess): Promise<number> {
  let written = 0
  while (child.exitCode === null) {
    // Of a process that is gone there is nothing left to read.
    written = Math.max(written, bytesWritten(child.pid))
    await Bun.sleep(5)
  }
  return written
}

/**
 * Estimates the events of a commit: its segments were stored at one moment, and the next waits for the disk. Everything
 * in flight is the bound.
 */
function commitSize(dataDir: string, inFlight: number): number {
  let events = 0
  let commits = 0
  for (const name of readdirSync(join(dataDir, 'hot')).filter((file) => file.endsWith('.db'))) {
    const db = new Database(join(dataDir, 'hot', name))
    const sql = 'SELECT sum(count) AS events, count(DISTINCT stored_at) AS commits FROM segments'
    const row = db.query<{ events: number; commits: number }, []>(sql).get()
    events += row?.events ?? 0
    commits += row?.commits ?? 0
    db.close()
  }
  return Math.min(inFlight, Math.max(1, Math.round(events / Math.max(1, commits))))
}

/**
 * Adds a webhook for one event in twenty, of Caliper's and of native ones, so that fan-out and
 * delivery have work.
 */
async function withWebhook({ url, key }: ServerProcess, targetUrl: string) {
  const reply = await fetch(`${url}/webhooks`, {
    method: 'POST',
    headers: { authorization: key, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', targetUrl, events: ['GradeEvent', 'quiz_completed'] }),
  })
  if (reply.status !== 201) throw new Error(`webhook: ${reply.status} ${await reply.text()}`)
}

export const receiver = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
// A bench that only drives a server ends when it is done.
receiver.unref()
const FLUSH_SECONDS = 5
const A_FEW_PAGES = 256 * 1024
/** The server is started with these, and as its launcher tells the engine how much memory there is. */
export const settings = {
  ...heapSettings(totalmem()),
  NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1',
  NONIUS_ARCHIVE_FLUSH_SECONDS: String(FLUSH_SECONDS),
}

/** All times of an event are CPU in µs. */
export interface Measured extends Load {
  /** All of the server's processes, from the load until they have ended. */
  cpu: number
  /** The same without compilers. */
  steady: number
  compilers: number
  collector: number
  /** The thread that answers, while it was loaded; and the processes of the lake. */
  serving: number
  archive: number
  /** The thread that answers wanted a core so long in each second, in ms, and had none. */
  waiting: number
  floor: Floor
  eventsPerCommit: number
  /** Bytes written, of those sent. */
  written: number
  /** Of the server alone, in bytes. */
  peak: number
}

// A machine that is this late has something else to do, and its figures are worth nothing anyway.
const PATIENCE_SECONDS = 60

/** Waits until all that a server has is archived: until it has written nothing for longer than a flush. */
export async function untilQuiet(pid: number) {
  let written = bytesWritten(pid)
  let quiet = 0
  for (let second = 0; second < PATIENCE_SECONDS && quiet <= FLUSH_SECONDS; second += 1) {
    await Bun.sleep(1000)
    const now = bytesWritten(pid)
    // Documents of its own, such as who is at work, are some pages a second.
    quiet = now - written < A_FEW_PAGES ? quiet + 1 : 0
    written = now
  }
}

/** Runs one scenario on a server of its own. */
export async function measure(traffic: Traffic): Promise<Measured> {
  const { kind, count, connections, warmUp = WARM_UP_SECONDS } = traffic
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path, settings)
  await withWebhook(server, `${receiver.url}`)
  const { pid } = server.process
  using threads = watchThreads(pid)
  // The compilers cost a server time once, which does not belong to the cost of an event.
  const warming = await load(server, { ...traffic, seconds: warmUp })
  await untilQuiet(pid)
  const [before, threadsBefore] = [cpuSeconds(pid), threads.times()]
  const result = await load(server, traffic)
  const loaded = threads.times()
  const stopping = server.stop()
  // From the start: the WAL and the index of what came first are written at the end.
  const written = await writtenAtTheEnd(server)
  const code = await stopping
  if (code !== 0) throw new Error(`the server ended with ${code}: ${server.output()}`)
  const usage = server.process.resourceUsage()!
  // CPU time counts until the end of the process: archiving and delivering after the load is part
  // of the cost.
  const [total, ended] = [Number(usage.cpuTime.total) / 1e6, threads.times()]
  const perEvent = (seconds: number) => (seconds * 1e6) / result.events
  const cpu = perEvent(total - before)
  const compilers = perEvent(ended.compilers - threadsBefore.compilers)
  const eventsPerCommit = commitSize(folder.path, count * connections)
  const floor = await measureFloor(eventsPerCommit, kind, folder.path)
  return {
    ...result,
    cpu,
    steady: cpu - compilers,
    compilers,
    collector: perEvent(ended.collector - threadsBefore.collector),
    serving: perEvent(loaded.serving - threadsBefore.serving),
    archive: perEvent(ended.children - threadsBefore.children),
    waiting: (loaded.waiting - threadsBefore.waiting) / (result.ms / 1000) / 0.001,
    floor,
    eventsPerCommit,
    written: written / (warming.events + result.events) / floor.bytes,
    peak: usage.maxRSS,
  }
}

export function rowOf({ kind, count, connections }: Traffic, measured: Measured) {
  const { floor, steady } = measured
  const µs = (value: number) => value.toFixed(1)
  const parts = [floor.parse, floor.insert, floor.parquet].filter((part) => !Number.isNaN(part))
  const unit = count === 1 ? kind : `${kind}s`
  return {
    scenario: `${count} ${unit} × ${connections} connections`,
    'events/s': Math.round(measured.events / (measured.ms / 1000)),
    'p50 ms': measured.p50.toFixed(2),
    'p99 ms': measured.p99.toFixed(2),
    'waits ms/s': Math.round(measured.waiting),
    'CPU µs/event': µs(steady),
    'serving + archive + collector': [measured.serving, measured.archive, measured.collector]
      .map(µs)
      .join(' + '),
    'compilers µs': µs(measured.compilers),
    'floors µs': parts.map(µs).join(' + '),
    '× rows': (steady / floor.rows).toFixed(2),
    '× rows and Parquet': (steady / floor.all).toFixed(2),
    'events/commit': measured.eventsPerCommit,
    'written / raw': measured.written.toFixed(2),
    'peak MB': Math.round(measured.peak / 1e6),
  }
}
