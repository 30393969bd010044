import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A control group of Linux that holds what is started in it to so many bytes. */
export interface MemoryGroup {
  /** Words of a command that puts itself into the group and becomes what follows them. */
  enter: string[]
  /** The most it ever held, files in the page cache included. Bytes. */
  peak(): number
  /**
   * What its processes hold at the moment and nobody can take from them. Files are not counted,
   * Bun's own program among them, which each process would bring once more: they are in the page
   * cache. Bytes.
   */
  resident(): number
  add(pid: number): void
  /** How often the kernel killed something in it for want of memory. */
  kills(): number
  /** Waits until nothing runs in it any more. */
  remove(): Promise<void>
}

const ENDED_MS = 5000

const ROOT = '/sys/fs/cgroup'

interface Version {
  parent: string
  limit: string
  peak: string
  events: string
}

// Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst of the kernel.
const versions: Version[] = [
  {
    parent: join(ROOT, 'memory'),
    limit: 'memory.limit_in_bytes',
    peak: 'memory.max_usage_in_bytes',
    events: 'memory.oom_control',
  },
  { parent: ROOT, limit: 'memory.max', peak: 'memory.peak', events: 'memory.events' },
]

/** @returns undefined where groups cannot be made: not Linux, no rights, no controller */
export function createMemoryGroup(limitBytes: number): MemoryGroup | undefined {
  for (const version of versions) {
    const folder = join(version.parent, `nonius-test-${process.pid}-${performance.now()}`)
    try {
      mkdirSync(folder)
    } catch {
      continue
    }
    if (existsSync(join(folder, version.limit))) return groupAt(folder, version, limitBytes)
    rmdirSync(folder)
  }
  return undefined
}

function groupAt(folder: string, { limit, peak, events }: Version, bytes: number): MemoryGroup {
  writeFileSync(join(folder, limit), String(bytes))
  const readNumber = (file: string, pattern: RegExp) => {
    return Number(pattern.exec(readFileSync(join(folder, file), 'utf8'))?.[1] ?? 0)
  }
  return {
    enter: ['sh', '-c', `echo $$ > '${join(folder, 'cgroup.procs')}' && exec "$@"`, 'sh'],
    add: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
    resident() {
      const pids = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)
      return pids.reduce((sum, pid) => sum + residentOf(pid), 0)
    },
    peak: () => readNumber(peak, /(\d+)/),
    kills: () => readNumber(events, /^oom_kill (\d+)/m),
    async remove() {
      // What a server that was killed had started ends a moment after it.
      const end = performance.now() + ENDED_MS
      while (readFileSync(join(folder, 'cgroup.procs'), 'utf8') !== '' && performance.now() < end) {
        await Bun.sleep(20)
      }
      rmdirSync(folder)
    },
  }
}

function residentOf(pid: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const parts = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+)/gm)]
    return parts.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0)
  } catch {
    return 0 // it has just ended
  }
}
