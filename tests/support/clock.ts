import type { Clock } from '../../src/platform/clock'

export interface TestClock extends Clock {
  /** Time passes. */
  advance(ms: number): void
  /** Somebody sets the wall clock, ahead or back; no time passes. */
  set(ms: number): void
}

/** Goes on as the system's does, from where it was turned to. */
export function aRunningClock(): TestClock {
  let passed = 0
  let set = 0
  return {
    now: () => new Date(Date.now() + passed + set),
    monotonic: () => performance.now() + passed,
    advance(ms) {
      passed += ms
    },
    set(ms) {
      set += ms
    },
  }
}

/** Says what it is told to. */
export function clockAt(now: () => Date): Clock {
  return { now, monotonic: () => now().getTime() }
}
