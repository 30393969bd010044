import { readdirSync, readFileSync } from 'node:fs'

/** The running children of a process, by `/proc`: on Linux only. */
export function childrenOf(parent: number): { pid: number; command: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8')
      if (Number(/^PPid:\s+(\d+)/m.exec(status)![1]) !== parent) return []
      if (/^State:\s+Z/m.test(status)) return []
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return [{ pid: Number(name), command }]
    } catch {
      return [] // it has ended
    }
  })
}
