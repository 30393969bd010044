import { readFileSync } from 'node:fs'
import type { Sample } from './samples'

/** What is seen of a server from outside, until it is stopped. */
export interface Watch {
  health: HealthSample[]
  rss: { at: number; bytes: number }[]
  stop(): Promise<void>
}

export interface HealthSample extends Sample {
  /** Without what the machine kept from us or from the server meanwhile. Milliseconds. */
  ownMs: number
  isWell: boolean
}

const HEALTH_EVERY_MS = 100
const RSS_EVERY_MS = 250
const TICK_MS = 10
// Beyond the bar by far: what takes this long has failed.
const GIVE_UP_MS = 10_000

/** Asks for `/health` over and over, and looks how much memory the process has. */
export function watch({ url, pid }: { url: string; pid: number }): Watch {
  const health: HealthSample[] = []
  const rss: Watch['rss'] = []
  let isOver = false

  // How late our own event loop was, in all: no server is to blame for that.
  let late = 0
  let ticked = performance.now()
  // What a timer is always late by is no excuse.
  const lateness = (ms: number) => (ms > 2 * TICK_MS ? ms - TICK_MS : 0)
  const ticking = setInterval(() => {
    const now = performance.now()
    late += lateness(now - ticked)
    ticked = now
  }, TICK_MS)
  const looking = setInterval(
    () => rss.push({ at: performance.now(), bytes: residentBytes(pid) }),
    RSS_EVERY_MS,
  )

  async function ask() {
    const before = { at: performance.now(), late, waited: waitedMs(pid) }
    const signal = AbortSignal.timeout(GIVE_UP_MS)
    const isWell = await fetch(`${url}/health`, { keepalive: false, signal }).then(
      async (reply) => (await reply.text()) !== '' && reply.ok,
      () => false,
    )
    const ms = performance.now() - before.at
    // The timer that would tell of it may not have come yet.
    const own = late - before.late + lateness(performance.now() - ticked)
    const starved = waitedMs(pid) - before.waited
    health.push({ at: before.at, ms, ownMs: Math.max(0, ms - own - starved), isWell })
  }

  async function askOn() {
    while (!isOver) {
      await ask()
      await Bun.sleep(HEALTH_EVERY_MS)
    }
  }
  const asking = askOn()
  return {
    health,
    rss,
    async stop() {
      isOver = true
      await asking
      clearInterval(ticking)
      clearInterval(looking)
    },
  }
}

/**
 * How long the main thread was ready to run and got no processor: the second number of schedstat, in
 * nanoseconds (Documentation/scheduler/sched-stats.rst). 0 where there is none.
 */
function waitedMs(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')
    return Number(text.split(' ')[1] ?? 0) / 1e6
  } catch {
    return 0
  }
}

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
