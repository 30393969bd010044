import { readFileSync } from 'node:fs'
import { heapSettings } from '../../src/heap-size.mjs'
import { createMemoryGroup } from './memory-group'
import { type ServerProcess, startServerProcess } from './server-process'

/** A real server that may have so much memory and no more. */
export interface LimitedServer extends ServerProcess {
  limitBytes: number
  /** Who sees to it: the kernel, which kills what takes more, or we, who look every few milliseconds. */
  limitedBy: 'kernel' | 'watch'
  /** The most that was resident at any time, without the page cache. Bytes. */
  peakBytes(): number
  isAlive(): boolean
  /** @throws when it died or had more than its limit, with what it said */
  assertWell(): void
}

// An attack takes hundreds of milliseconds to fill a gigabyte.
const LOOK_EVERY_MS = 20

/**
 * Starts a server under a limit of memory: in a control group where those can be made (as root on
 * Linux), else watched and killed by us.
 */
export async function startLimitedServer(
  dataDir: string,
  { limitBytes, env = {} }: { limitBytes: number; env?: Record<string, string> },
): Promise<LimitedServer> {
  const group = createMemoryGroup(limitBytes)
  // As the launcher does, which the server is started without here.
  const settings = { ...heapSettings(limitBytes), ...env }
  const server = await startServerProcess(dataDir, settings, group?.enter).catch(async (error) => {
    await group?.remove()
    throw error
  })
  const { process: child } = server
  let peak = 0
  function look() {
    peak = Math.max(peak, residentPeak(child.pid))
    if (group === undefined && peak > limitBytes) child.kill('SIGKILL')
  }
  const looking = setInterval(look, LOOK_EVERY_MS)
  const isAlive = () => child.exitCode === null && child.signalCode === null

  return {
    ...server,
    limitBytes,
    limitedBy: group === undefined ? 'watch' : 'kernel',
    isAlive,
    peakBytes() {
      look()
      return peak
    },
    assertWell() {
      look()
      const kills = group?.kills() ?? 0
      const megabytes = Math.round(peak / 1024 / 1024)
      if (isAlive() && kills === 0 && peak <= limitBytes) return
      const state = isAlive() ? 'lives' : `ended with ${child.exitCode ?? child.signalCode}`
      throw new Error(
        `the server ${state}, with ${megabytes} MB at most, ${kills} kills: ${server.output()}`,
      )
    },
    async [Symbol.asyncDispose]() {
      clearInterval(looking)
      await server[Symbol.asyncDispose]()
      await group?.remove()
    },
  }
}

/** proc_pid_status(5): the high-water mark; 0 once the process is gone. */
function residentPeak(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
