/** Memory of a server and of the processes that it starts, as Linux counts it, in MB. */
import { readFileSync } from 'node:fs'

export interface Memory {
  /** The most that all had at a time: what several share, the engine's program, counts for each. */
  all: number
  /** The most that the server alone ever had (`VmHWM`). */
  server: number
  /** It tells of what that is made: what is of files can be taken back by the system at any time. */
  beside: string
}

interface Resident {
  name: string
  most: number
  now: number
  files: number
}

const LOOK_EACH_MS = 20
const KB_PER_MB = 1024

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has ended meanwhile
  }
}

function treeOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => treeOf(Number(child)))]
}

/** proc_pid_status(5) */
function residentOf(pid: number): Resident {
  const status = read(`/proc/${pid}/status`)
  const field = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / KB_PER_MB
  const script = read(`/proc/${pid}/cmdline`)
    .split('\0')
    .find((word) => word.endsWith('.ts'))
  const name = script?.split('/').at(-1)?.replace('.ts', '') ?? 'other'
  return { name, most: field('VmHWM'), now: field('VmRSS'), files: field('RssFile') }
}

const sumOf = (list: readonly number[]) => list.reduce((sum, n) => sum + n, 0)

/** Watches a process and all that it starts, from now on. */
export function watchMemory(pid: number): Disposable & { peak(): Memory } {
  let all = 0
  let server = 0
  let atPeak: Resident[] = []

  function look() {
    const found = treeOf(pid).map(residentOf)
    server = Math.max(server, found[0]!.most)
    const now = sumOf(found.map((one) => one.now))
    if (now <= all) return
    all = now
    atPeak = found
  }
  const looking = setInterval(look, LOOK_EACH_MS)
  return {
    peak() {
      look()
      const parts = atPeak.map(
        ({ name, now, files }) => `${name} ${now.toFixed(0)}, ${files.toFixed(0)} of it files`,
      )
      return { all, server, beside: `${parts.join('; ')}; the server alone ${server.toFixed(0)}` }
    },
    [Symbol.dispose]: () => clearInterval(looking),
  }
}
