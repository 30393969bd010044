import { readdirSync, readFileSync } from 'node:fs'

/** The running children of a process, by `/proc`: on Linux only. */
export function childrenOf(parent: number): { pid: number; command: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8')
      if (Number(/^PPid:\s+(\d+)/m.exec(status)![1]) !== parent || isZombie(status)) return []
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return [{ pid: Number(name), command }]
    } catch {
      return [] // it has ended
    }
  })
}

/** Whether a process does anything: one that has ended stays listed until somebody asks how. */
export function isRunning(pid: number): boolean {
  try {
    return !isZombie(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const SIGINT = 2

/** Whether a process has a handler of its own for Ctrl-C, which one that has just begun does not (proc_pid_status(5)). */
export function catchesInterrupt(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const caught = BigInt(`0x${/^SigCgt:\s+([0-9a-f]+)/m.exec(status)![1]}`)
    return ((caught >> BigInt(SIGINT - 1)) & 1n) === 1n
  } catch {
    return false // it has ended
  }
}

function isZombie(status: string): boolean {
  return /^State:\s+Z/m.test(status)
}
