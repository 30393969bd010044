import type { Clock } from '../platform/clock'
import type { RateTally } from '../platform/rate-tally'
import type { Rate } from './rate'
import { allowance, type Windows } from './windows'

/** Shared windows count what comes to this process, and estimate what comes to the others meanwhile. */
export interface SharedWindows extends Windows {
  /** Exchanges counts with the other processes where that is due; never fails, and takes half a second at most. */
  settle(): Promise<void>
}

interface Needs {
  tally: RateTally
  /** Writes a caller's name as the tally has it. */
  callerOf(name: string): readonly string[]
  clock: Pick<Clock, 'monotonic'>
  failed(reason: string): void
}

interface Shared {
  rate: Rate
  begunAt: number
  /** Requests that came here in this window, the refused ones too. */
  own: number
  /** Other processes were not told of so many yet. */
  untold: number
  /** Requests of other processes in this window, as far as they are known. */
  others: number
  othersPerMs: number
  /** All processes together had so many when the tally was last asked; undefined before. */
  total: number | undefined
  /** If true, two answers were had, and so a rate. */
  isKnown: boolean
  askedAt: number
  /** The rate of others is that of so long, and is taken to go on for as long again; then nobody is held to it. */
  heardMs: number
}

// An account has a thousand concurrent calls unless AWS gave it more (Lambda quotas,
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), and so as many processes. While each
// has had less than a thousandth of a rate, the rate is kept, and nobody need be told.
const MOST_PROCESSES = 1_000

// So often a process asks of one caller: at the start of a flood, and while one goes on.
const SOON_MS = 1_000
const EVERY_MS = 10_000

const NEVER = Number.NEGATIVE_INFINITY

// A flood from many addresses makes no more writes than this a second and process; the loudest are told of.
const MOST_AT_ONCE = 10

/**
 * Makes windows of a caller whom many processes serve. They are as those of one process; what the others
 * have is learnt from a tally that only grows, so that no clock of theirs matters. A process tells of callers
 * who came near a thousandth of their rate, and of no others.
 */
export function createSharedWindows(
  { tally, callerOf, clock, failed }: Needs,
  maxCallers: number,
): SharedWindows {
  const callers = new Map<string, Shared>()
  const loud = new Set<string>()
  let restsUntil = NEVER

  function begin(name: string, rate: Rate, now: number): Shared {
    const before = callers.get(name)
    callers.delete(name) // otherwise it would stay among the oldest
    const fresh = { untold: 0, othersPerMs: 0, total: undefined, isKnown: false }
    const unheard = { askedAt: NEVER, heardMs: 0 }
    const window: Shared = {
      ...fresh,
      ...unheard,
      ...before,
      ...begunBy(before, rate, now),
      own: 0,
    }
    callers.set(name, window)
    if (callers.size > maxCallers) {
      const oldest = callers.keys().next().value!
      callers.delete(oldest)
      loud.delete(oldest)
    }
    return window
  }

  function running(name: string, { windowMs }: Rate, now: number): Shared | undefined {
    const window = callers.get(name)
    return window !== undefined && now - window.begunAt < windowMs ? window : undefined
  }

  async function exchange(name: string, window: Shared) {
    const told = window.untold
    window.untold = 0
    const askedAt = clock.monotonic()
    try {
      learn(window, await tally.add(callerOf(name), told), told, askedAt)
    } catch (error) {
      // Nobody is refused for what is not known, nor waits for it again and again.
      window.untold += told
      restsUntil = askedAt + EVERY_MS
      failed((error as Error).message)
    }
    if (window.untold === 0) loud.delete(name)
  }

  return {
    take(name, rate) {
      const now = clock.monotonic()
      const window = running(name, rate, now) ?? begin(name, rate, now)
      window.own += 1
      window.untold += 1
      if (isLoud(window)) loud.add(name)
      return allowance(rate, window.own + othersBy(window, now), now - window.begunAt)
    },

    look(name, rate) {
      const now = clock.monotonic()
      const window = running(name, rate, now)
      if (window === undefined) return allowance(rate, 1, 0)
      // The next one counts as well.
      const count = window.own + 1 + othersBy(window, now)
      return allowance(rate, count, now - window.begunAt)
    },

    async settle() {
      const now = clock.monotonic()
      if (loud.size === 0 || now < restsUntil) return
      restsUntil = now + SOON_MS
      const due = [...loud]
        .map((name) => ({ name, window: callers.get(name)! }))
        .filter(({ window }) => isDue(window, now))
        .sort((a, b) => b.window.untold - a.window.untold)
        .slice(0, MOST_AT_ONCE)
      await Promise.all(due.map(({ name, window }) => exchange(name, window)))
    },
  }
}

const isShare = (requests: number, { most }: Rate) => requests * MOST_PROCESSES >= most

/** Tells whether others need to know: a thousandth came here, or they are near the rate without it. */
function isLoud(window: Shared): boolean {
  const { rate, untold, total, isKnown } = window
  return isShare(untold, rate) || (total !== undefined && !isKnown) || isNear(window)
}

const isNear = ({ rate, othersPerMs }: Shared) => othersPerMs * rate.windowMs * 2 >= rate.most

function isDue({ rate, untold, isKnown, askedAt }: Shared, now: number): boolean {
  const isSoon = !isKnown || isShare(untold, rate)
  return now - askedAt >= (isSoon ? SOON_MS : EVERY_MS)
}

/**
 * Begins a window with its first request, or where the one before ended if others are known to be near the
 * rate: of a caller who comes to each of many processes once, each window would be new.
 */
function begunBy(before: Shared | undefined, rate: Rate, now: number) {
  if (before === undefined || !isNear(before)) {
    // A window that is over concerns nobody any more, and so what was kept back of it.
    return { rate, begunAt: now, others: 0, untold: 0 }
  }
  const begunAt = now - ((now - before.begunAt) % rate.windowMs)
  return { rate, begunAt, others: 0 }
}

/** Estimates the requests of others in a window, whole ones. */
function othersBy({ begunAt, others, othersPerMs, askedAt, heardMs }: Shared, now: number): number {
  const from = Math.max(begunAt, askedAt)
  const until = Math.min(now, askedAt + heardMs)
  return Math.floor(others + Math.max(0, until - from) * othersPerMs)
}

/** Learns from the tally's answer what others had since the last one. */
function learn(window: Shared, total: number, told: number, now: number) {
  const { total: before, askedAt, begunAt } = window
  window.askedAt = now
  window.total = total
  // A tally that nobody told for days begins anew, and so does what is known of it.
  if (before === undefined || total < before + told || now <= askedAt) {
    window.isKnown = false
    window.othersPerMs = 0
    return
  }
  const others = total - before - told
  const inWindow = (now - Math.max(askedAt, begunAt)) / (now - askedAt)
  window.others += others * inWindow
  window.heardMs = now - askedAt
  window.othersPerMs = others / window.heardMs
  window.isKnown = true
}
