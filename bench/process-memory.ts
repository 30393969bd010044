/** Memory of a server and of the processes that it starts, as Linux counts it, in MB. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HeapFigures } from './heap-figures'
import { treeOf } from './processes'

export interface Memory {
  /**
   * The most that all had resident at a time: what several share, the engine's program, counts for
   * each. `beside` tells their shares as well (PSS): of the program, what falls to each of all that
   * run it on this machine, this bench among them.
   */
  all: number
  /** The most that the server alone ever had (`VmHWM`). */
  server: number
  /** It tells of what that is made: what is of files can be taken back by the system at any time. */
  beside: string
}

interface Resident {
  pid: number
  name: string
  most: number
  now: number
  files: number
}

const LOOK_EACH_MS = 20
const KB_PER_MB = 1024
const MB = 1024 * 1024
// The kernel goes through all pages of a process to tell of its share, a millisecond or two.
const SHARE_EACH_MB = 2

/**
 * Makes a server write down of what its engine's heap consists.
 * @param file it is written to again and again
 */
export function tellingHeap(file: string): Record<string, string> {
  return {
    BUN_OPTIONS: `--preload ${join(import.meta.dir, 'heap-figures.ts')}`,
    NONIUS_BENCH_HEAP: file,
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has ended meanwhile
  }
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
  return { pid, name, most: field('VmHWM'), now: field('VmRSS'), files: field('RssFile') }
}

/** Reads the proportional share of a process: a page that n have counts for an n-th (proc_pid_smaps(5)). */
function shareOf({ pid }: Resident): number {
  const rollup = read(`/proc/${pid}/smaps_rollup`)
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / KB_PER_MB
}

function heapIn(file: string): string {
  const text = read(file)
  if (text === '') return ''
  const { cells, outside, ofBuffers } = JSON.parse(text) as HeapFigures
  const [inCells, all, buffers] = [cells, outside, ofBuffers].map((bytes) => Math.round(bytes / MB))
  return `, cells of its heap ${inCells}, texts and buffers beside them ${all} (buffers ${buffers})`
}

const sumOf = (list: readonly number[]) => list.reduce((sum, n) => sum + n, 0)

/**
 * Watches a process and all that it starts, from now on.
 * @param heapFile what `tellingHeap` was given
 */
export function watchMemory(pid: number, heapFile = ''): Disposable & { peak(): Memory } {
  let all = 0
  let server = 0
  let atPeak: Resident[] = []
  let shares: number[] = []
  let sharesAt = 0
  let heap = ''

  function look() {
    const found = treeOf(pid).map(residentOf)
    server = Math.max(server, found[0]!.most)
    const now = sumOf(found.map((one) => one.now))
    if (now <= all) return
    all = now
    atPeak = found
    if (now < sharesAt + SHARE_EACH_MB && shares.length === found.length) return
    sharesAt = now
    shares = found.map(shareOf)
    heap = heapIn(heapFile)
  }
  const looking = setInterval(look, LOOK_EACH_MS)
  return {
    peak() {
      look()
      const mb = (value: number) => value.toFixed(0)
      const parts = atPeak.map(({ name, now, files }, at) => {
        const own = `${name} ${mb(now)}, ${mb(files)} of it files, its share ${mb(shares[at]!)}`
        return at === 0 ? `${own}${heap}` : own
      })
      const together = `their shares together ${mb(sumOf(shares))}`
      const beside = `${parts.join('; ')}; ${together}; the server alone ${mb(server)}`
      return { all, server, beside }
    },
    [Symbol.dispose]: () => clearInterval(looking),
  }
}
