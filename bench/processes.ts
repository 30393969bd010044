/**
 * What the kernel counts of a process, its children and their threads, by proc(5): only Linux has it.
 */
import { readdirSync, readFileSync } from 'node:fs'

// USER_HZ: the unit of /proc/PID/stat.
const TICKS_PER_SECOND = 100

/** Reads the children of a process and theirs, and itself first. */
export function treeOf(pid: number): number[] {
  const children = readIfThere(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => treeOf(Number(child)))]
}

/**
 * Reads the CPU time of the process and of its children, such as the one that writes the lake,
 * ended or not, in seconds.
 */
export function cpuSeconds(pid: number): number {
  return treeOf(pid).reduce((sum, one) => {
    const fields = readIfThere(`/proc/${one}/stat`).split(') ')[1]?.split(' ') ?? []
    // These are utime, stime, cutime and cstime (proc_pid_stat(5)).
    const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0)
    return sum + ticks / TICKS_PER_SECOND
  }, 0)
}

/**
 * Reads the bytes that the process and its children, ended or not, have written to the disk: data
 * that was deleted before it got there does not count.
 */
export function bytesWritten(pid: number): number {
  // A child that has ended is counted with the process that waited for it.
  return treeOf(pid).reduce((sum, one) => {
    const io = readIfThere(`/proc/${one}/io`)
    const field = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1] ?? 0)
    return sum + field('write_bytes') - field('cancelled_write_bytes')
  }, 0)
}

/** Time of threads in seconds. */
export interface ThreadTimes {
  /** The thread that a process starts with: in a server, the one that answers. */
  serving: number
  /** It wanted a core so long and had none. */
  waiting: number
  /** Threads that compile, in the children too: an event of a server that is warm costs none. */
  compilers: number
  /** Threads that help to collect garbage. The thread that makes it collects, too, unseen here. */
  collector: number
  /** The one that gives memory back. */
  allocator: number
  /** Processes that it started, without their compilers. */
  children: number
}

// JavaScriptCore and mimalloc call their threads so.
const COMPILERS = /^(JITWorker|JSCWarmUp)/
// The thread that warms the engine up is the one that collects afterwards: it works as much without
// compilers, and twice as much where there are no helpers.
const COLLECTOR = /^(HeapHelper|JSCWarmUp|Heap Collector|JSC Heap)/
const ALLOCATOR = 'mi-scavenger'
const NANOSECONDS = 1e9

interface Thread {
  name: string
  isChild: boolean
  isServing: boolean
  running: number
  waiting: number
}

function threadsOf(pid: number): Map<string, Thread> {
  const found = new Map<string, Thread>()
  for (const one of treeOf(pid)) {
    for (const id of listIfThere(`/proc/${one}/task`)) {
      const at = `/proc/${one}/task/${id}`
      // proc_pid_schedstat(5): nanoseconds on a core, and waiting for one.
      const [running, waiting] = readIfThere(`${at}/schedstat`).split(' ').map(Number)
      const name = readIfThere(`${at}/comm`).trim()
      if (running === undefined || waiting === undefined || name === '') continue
      const [isChild, isServing] = [one !== pid, one === pid && Number(id) === pid]
      found.set(`${one}/${id}`, { name, isChild, isServing, running, waiting })
    }
  }
  return found
}

// Engines end threads that are idle, compilers after seconds; the last look at one counts.
const LOOK_MS = 250

/** Looks at the threads of a server again and again, so that those that end are counted. */
export function watchThreads(pid: number): { times(): ThreadTimes } & Disposable {
  const threads = threadsOf(pid)
  const look = () => {
    for (const [id, thread] of threadsOf(pid)) threads.set(id, thread)
  }
  const timer = setInterval(look, LOOK_MS)
  return {
    times() {
      look()
      const times: ThreadTimes = {
        ...{ serving: 0, waiting: 0, compilers: 0, collector: 0, allocator: 0, children: 0 },
      }
      for (const { name, isChild, isServing, running, waiting } of threads.values()) {
        const seconds = running / NANOSECONDS
        if (isServing) times.waiting += waiting / NANOSECONDS
        if (isServing) times.serving += seconds
        else if (COMPILERS.test(name)) times.compilers += seconds
        else if (isChild) times.children += seconds
        else if (COLLECTOR.test(name)) times.collector += seconds
        else if (name === ALLOCATOR) times.allocator += seconds
      }
      return times
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Reads nothing where a process or thread has gone. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function listIfThere(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
