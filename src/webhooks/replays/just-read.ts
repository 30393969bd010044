import type { EventRecord } from '../../event/record'
import type { Lake } from '../../platform/lake'

/** It holds what a replay has just read from the lake, whose deliveries are attempted a moment later. */
export interface JustRead {
  add(records: readonly EventRecord[]): void
  get(tenantId: string, eventId: string): EventRecord | undefined
}

// Some ten thousand usual events; of the largest, a few. What is not here is read from the lake again.
const MOST_CHARS = 16 * 1024 * 1024

// A receiver that is well has them by then. What was erased meanwhile is not sent for longer than this.
const KEPT_MS = 60_000

const held = new WeakMap<Lake, JustRead>()

/** There is one for each lake of a process: who replays and who delivers share it. */
export function justReadFrom(lake: Lake): JustRead {
  const known = held.get(lake) ?? createJustRead()
  held.set(lake, known)
  return known
}

export function createJustRead(mostChars = MOST_CHARS, keptMs = KEPT_MS): JustRead {
  const records = new Map<string, { record: EventRecord; until: number }>()
  let chars = 0
  const keyOf = (tenantId: string, eventId: string) => JSON.stringify([tenantId, eventId])

  function forget(key: string, { raw }: EventRecord) {
    records.delete(key)
    chars -= raw.length
  }

  /** The oldest stand first. */
  function forgetOld(now: number) {
    for (const [key, { record, until }] of records) {
      if (until > now && chars <= mostChars) return
      forget(key, record)
    }
  }

  return {
    add(more) {
      const now = performance.now()
      for (const record of more) {
        const key = keyOf(record.tenantId, record.eventId)
        const before = records.get(key)
        if (before !== undefined) forget(key, before.record)
        records.set(key, { record, until: now + keptMs })
        chars += record.raw.length
      }
      forgetOld(now)
    },

    get(tenantId, eventId) {
      forgetOld(performance.now())
      return records.get(keyOf(tenantId, eventId))?.record
    },
  }
}
