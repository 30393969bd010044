import { addCounts, emptyCounts } from '../platform/arrivals'
import type { Clock } from '../platform/clock'
import type { ArrivalCounts, CountedSender } from '../platform/source-activity'
import type { Log } from '../telemetry/log'

/** A stranger showed no key, or one that may not do what was asked. */
export interface Stranger {
  code: string
  ip?: string | undefined
  /** The first characters of what was shown (`keyHint`); absent when it was no key. */
  keyPrefix?: string | undefined
  /** The id of a key that is known, and may not do this. */
  keyId?: string | undefined
}

export interface Trace extends Disposable {
  add(sender: Pick<CountedSender, 'tenantId' | 'sourceId'>, counts: Partial<ArrivalCounts>): void
  turnedAway(stranger: Stranger): void
}

const EVERY_MS = 60_000

// A person reads so many lines of a minute; the sources beyond it share the last.
const MAX_SOURCES = 200
const MAX_STRANGERS = 60

/**
 * Traces arrivals in the log: a line for each source and minute in which something came, and one
 * for each address that was turned away, whose further requests of that minute are counted.
 */
export function createTrace({ clock, log }: { clock: Clock; log: Log }): Trace {
  let sources = new Map<string, ArrivalCounts & { tenantId?: string; sourceId: string }>()
  let strangers = new Set<string>()
  let unsaid = { requests: 0, fromOthers: 0 }
  let begun = clock.monotonic()
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Begins a minute with whatever comes first in it. */
  function begin() {
    if (timer !== undefined && clock.monotonic() - begun < EVERY_MS) return
    end()
    begun = clock.monotonic()
    timer = setTimeout(end, EVERY_MS)
    timer.unref()
  }

  function end() {
    clearTimeout(timer)
    timer = undefined
    for (const { reasons, ...counts } of sources.values()) {
      const why = Object.entries(reasons).map(([code, times]) => `${code}:${times}`)
      log.info('arrivals', { ...counts, ...(why.length > 0 && { why: why.join(',') }) })
    }
    if (unsaid.requests > 0) log.info('more were answered 401', unsaid)
    sources = new Map()
    strangers = new Set()
    unsaid = { requests: 0, fromOthers: 0 }
  }

  return {
    add({ tenantId, sourceId }, counts) {
      begin()
      let name = `${tenantId}\0${sourceId}`
      let about: { tenantId?: string; sourceId: string } = { tenantId, sourceId }
      if (sources.size >= MAX_SOURCES && !sources.has(name)) {
        name = ''
        about = { sourceId: '(others)' }
      }
      const sum = sources.get(name) ?? { ...about, ...emptyCounts() }
      addCounts(sum, counts)
      sources.set(name, sum)
    },

    turnedAway({ code, ip = 'unknown', keyPrefix, keyId }) {
      begin()
      if (strangers.has(ip)) {
        unsaid.requests += 1
      } else if (strangers.size >= MAX_STRANGERS) {
        unsaid.requests += 1
        unsaid.fromOthers += 1
      } else {
        strangers.add(ip)
        log.info('answered 401', { ip, keyPrefix, keyId, code })
      }
    },

    [Symbol.dispose]: end,
  }
}
