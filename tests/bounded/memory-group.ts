import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'

const root = '/sys/fs/cgroup/memory' // the first version of Linux's control groups

/** Processes that may have so much memory together; of those that they start, too. */
export interface MemoryGroup extends Disposable {
  add(pid: number): void
  /** What each of them holds at the moment, in bytes. */
  resident(): number[]
  /** How often the system has ended one of them for lack of memory. */
  killed(): number
}

/** @returns undefined where such a group cannot be made */
export function memoryGroup(bytes: number): MemoryGroup | undefined {
  const path = `${root}/nonius-${process.pid}-${Date.now()}`
  try {
    mkdirSync(path)
    writeFileSync(`${path}/memory.limit_in_bytes`, String(bytes))
  } catch {
    return undefined
  }
  const read = (name: string) => readFileSync(`${path}/${name}`, 'utf8')
  const pids = () => read('cgroup.procs').split('\n').filter(Boolean)
  return {
    add: (pid) => writeFileSync(`${path}/cgroup.procs`, String(pid)),
    resident: () => pids().map(residentOf),
    killed: () => Number(/^oom_kill (\d+)/m.exec(read('memory.oom_control'))?.[1] ?? 0),
    [Symbol.dispose]() {
      for (let tries = 0; tries < 50; tries++) {
        try {
          return rmdirSync(path)
        } catch {
          Bun.sleepSync(100) // the last of them are about to end
        }
      }
    },
  }
}

function residentOf(pid: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
