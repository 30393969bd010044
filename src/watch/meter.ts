import { addCounts, emptyCounts } from '../platform/arrivals'
import type { Clock } from '../platform/clock'
import type { ArrivalCounts, CountedSender } from '../platform/source-activity'
import { createHistogram, type Histogram } from './histogram'
import { createQuantiles, type Quantiles } from './quantiles'

/** The meter counts since the process began, for whoever asks at `/metrics`. */
export interface Meter {
  add(sender: Pick<CountedSender, 'tenantId' | 'sourceId'>, counts: Partial<ArrivalCounts>): void
  /** Notes a request that was answered with a receipt, by the number of its items. */
  answered(items: number): void
  /** Notes a write to the event store. */
  inserted(ms: number, outcome: 'done' | 'failed'): void
  turnedAway(): void
  /** Notes items that a rule of a tenant's policy withheld. */
  withheld(tenantId: string, rule: string, items: number): void
  read(): Measured
}

/** These figures are of all tenants; each source names its own. */
export interface Measured {
  sources: readonly MeasuredSource[]
  total: ArrivalCounts
  turnedAway: number
  withheld: readonly MeasuredRule[]
  batches: Histogram
  inserts: Histogram
  insertFailures: number
  /** The times of writes of the last minutes, in seconds. */
  insertTimes: Quantiles
  /** Sources from which something came in the last five minutes, of all tenants. */
  activeSources: number
}

export interface MeasuredRule {
  /** Both are absent for the rules beyond the first two hundred, which are one. */
  tenantId?: string | undefined
  rule?: string | undefined
  items: number
}

export interface MeasuredSource {
  /** Both are absent for the sources beyond the first two hundred, which are one. */
  tenantId?: string | undefined
  sourceId?: string | undefined
  counts: ArrivalCounts
}

// A source has four series, and so Prometheus at most some thousand of one server.
const MAX_SOURCES = 200

// Policies have as many rules, of which few withhold; all tenants' are counted together beyond it.
const MAX_RULES = 200

// More sources than any school has; each takes a hundred bytes.
const MAX_ACTIVE = 10_000
const ACTIVE_MS = 5 * 60_000

const BATCH_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000]
// Paper 002 warns at 100 ms; a disk's fsync takes from some tenths of one on.
const INSERT_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export function createMeter({ clock }: { clock: Pick<Clock, 'monotonic'> }): Meter {
  const sources = new Map<string, MeasuredSource>()
  const activeAt = new Map<string, number>()
  const rules = new Map<string, MeasuredRule>()
  const total = emptyCounts()
  const batches = createHistogram(BATCH_BOUNDS)
  const inserts = createHistogram(INSERT_BOUNDS)
  const insertTimes = createQuantiles(clock)
  let insertFailures = 0
  let turnedAway = 0

  function sourceFor(name: string, tenantId: string, sourceId: string): MeasuredSource {
    const known = sources.get(name)
    if (known !== undefined) return known
    const isBeyond = sources.size >= MAX_SOURCES
    const key = isBeyond ? '' : name
    const about = isBeyond ? {} : { tenantId, sourceId }
    const found = sources.get(key) ?? { ...about, counts: emptyCounts() }
    sources.set(key, found)
    return found
  }

  function noteActive(name: string) {
    activeAt.delete(name) // otherwise it would stay among the oldest
    activeAt.set(name, clock.monotonic())
    if (activeAt.size > MAX_ACTIVE) activeAt.delete(activeAt.keys().next().value!)
  }

  function countActive(): number {
    const since = clock.monotonic() - ACTIVE_MS
    for (const [name, at] of activeAt) {
      if (at > since) break
      activeAt.delete(name)
    }
    return activeAt.size
  }

  return {
    add({ tenantId, sourceId }, counts) {
      const name = `${tenantId}\0${sourceId}`
      addCounts(total, counts)
      addCounts(sourceFor(name, tenantId, sourceId).counts, counts)
      noteActive(name)
    },
    answered: (items) => batches.add(items),
    inserted(ms, outcome) {
      inserts.add(ms / 1000)
      insertTimes.add(ms / 1000)
      if (outcome === 'failed') insertFailures += 1
    },
    turnedAway() {
      turnedAway += 1
    },
    withheld(tenantId, rule, items) {
      const name = JSON.stringify([tenantId, rule])
      const isBeyond = rules.size >= MAX_RULES && !rules.has(name)
      const key = isBeyond ? '' : name
      const found = rules.get(key) ?? { ...(!isBeyond && { tenantId, rule }), items: 0 }
      found.items += items
      rules.set(key, found)
    },
    read: () => ({
      ...{ sources: [...sources.values()], total, turnedAway, batches, inserts },
      withheld: [...rules.values()],
      ...{ insertFailures, insertTimes, activeSources: countActive() },
    }),
  }
}
