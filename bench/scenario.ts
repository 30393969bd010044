/**
 * A scenario starts the server as a user would, drives it from a second process, and counts what
 * that cost until the server has ended.
 */
import { Database } from 'bun:sqlite'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MAX_RECORDS } from '../src/platform/local/log/segment'
import { temporaryFolder } from '../tests/support/folders'
import { type ServerProcess, startServerProcess } from '../tests/support/server-process'
import { measureFloor } from './floor'
import type { Kind } from './kinds'

const WARM_UP_SECONDS = 3
// USER_HZ: the unit of /proc/PID/stat on Linux.
const TICKS_PER_SECOND = 100

/** A request brings so many events of a kind, over so many connections, for so long. */
export interface Traffic {
  kind: Kind
  count: number
  connections: number
  seconds: number
  /** It ends sooner after so many events. */
  most?: number
}

export interface Load {
  events: number
  ms: number
  p50: number
  p99: number
  statuses: Record<string, number>
}

/** Drives a server, and throws when it answers anything but 200. */
export async function load({ url, key }: ServerProcess, traffic: Traffic): Promise<Load> {
  const { kind, count, connections, seconds, most = Number.MAX_SAFE_INTEGER } = traffic
  const args = [url, key, kind, count, connections, seconds, most].map(String)
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'load.ts'), ...args])
  const result = JSON.parse(await new Response(child.stdout).text()) as Load
  const bad = Object.keys(result.statuses).filter((status) => status !== '200')
  if (bad.length > 0) throw new Error(`the server answered ${JSON.stringify(result.statuses)}`)
  return result
}

/**
 * Reads the CPU time of the process and of its children, such as the one that writes the lake,
 * ended or not.
 */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  // These are utime, stime, cutime and cstime (proc_pid_stat(5)).
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  return children
    .filter(Boolean)
    .reduce((sum, child) => sum + cpuSeconds(Number(child)), ticks / TICKS_PER_SECOND)
}

/**
 * Reads the bytes written to the disk: data that was deleted before it got there does not count.
 */
function bytesWritten(pid: number): number {
  const io = readFileSync(`/proc/${pid}/io`, 'utf8')
  const field = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1])
  return field('write_bytes') - field('cancelled_write_bytes')
}

/**
 * Reads the last count before the process ended: checkpoints and archiving count, until they are
 * done.
 */
async function writtenAtTheEnd({ process: child }: ServerProcess): Promise<number> {
  let written = bytesWritten(child.pid)
  while (child.exitCode === null) {
    try {
      written = bytesWritten(child.pid)
    } catch {
      break // the process is gone, or going
    }
    await Bun.sleep(5)
  }
  return written
}

/**
 * Estimates the events of a commit. Segments of a commit are full except for the last, so short
 * ones count the commits. Where commits happen to be made of full segments only, everything in
 * flight is the bound.
 */
function commitSize(dataDir: string, inFlight: number): number {
  let events = 0
  let commits = 0
  for (const name of readdirSync(join(dataDir, 'hot')).filter((file) => file.endsWith('.db'))) {
    const db = new Database(join(dataDir, 'hot', name))
    const sql = `SELECT sum(count) AS events, sum(count < ${MAX_RECORDS}) AS commits FROM segments`
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
const FLUSH_SECONDS = 5
export const settings = {
  NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1',
  NONIUS_ARCHIVE_FLUSH_SECONDS: String(FLUSH_SECONDS),
}

/** Runs one scenario on a server of its own. */
export async function scenario(traffic: Traffic) {
  const { kind, count, connections } = traffic
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path, settings)
  await withWebhook(server, `${receiver.url}`)
  const { pid } = server.process
  // The compilers cost a server time once, which does not belong to the cost of an event.
  await load(server, { ...traffic, seconds: WARM_UP_SECONDS })
  // The pause lasts until the last of the warm-up is archived.
  await Bun.sleep((FLUSH_SECONDS + 2) * 1000)
  const before = cpuSeconds(pid)
  const writtenBefore = bytesWritten(pid)
  const result = await load(server, traffic)
  const stopping = server.stop()
  const written = (await writtenAtTheEnd(server)) - writtenBefore
  const code = await stopping
  if (code !== 0) throw new Error(`the server ended with ${code}: ${server.output()}`)
  const usage = server.process.resourceUsage()!
  // CPU time counts until the end of the process: archiving and delivering after the load is part
  // of the cost.
  const cpu = (Number(usage.cpuTime.total) / 1e6 - before) * 1e6
  const size = commitSize(folder.path, count * connections)
  const floor = measureFloor(size, kind)
  const perEvent = cpu / result.events
  const unit = count === 1 ? kind : `${kind}s`
  return {
    scenario: `${count} ${unit} × ${connections} connections`,
    'events/s': Math.round(result.events / (result.ms / 1000)),
    'p50 ms': result.p50.toFixed(2),
    'p99 ms': result.p99.toFixed(2),
    'CPU µs/event': perEvent.toFixed(1),
    'floor µs': `${floor.total.toFixed(1)} (${floor.parse.toFixed(1)} + ${floor.insert.toFixed(1)})`,
    'ratio to floor': (perEvent / floor.total).toFixed(2),
    'events/commit': size,
    'written / raw': (written / result.events / floor.bytes).toFixed(2),
    'peak MB': Math.round(usage.maxRSS / 1e6),
  }
}
