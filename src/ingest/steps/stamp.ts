import type { ReadEvent } from '../../event/reading'
import type { EventRecord } from '../../event/record'
import type { Origin } from '../arrival'

interface Needs extends Origin {
  /** The hot store holds the event for so many days, from `storedAt` on. */
  hotTtlDays: number
}

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Stamps events: server time is the authority; the sender's times stand beside it, with the skew.
 */
export function stampWith(needs: Needs) {
  const { tenantId, sourceId, server, receivedAt, hotTtlDays, storedAt = receivedAt } = needs
  // Few events have a repair, and the others need not carry the property.
  const repaired = needs.repair && { repair: needs.repair }
  const receivedMs = Date.parse(receivedAt)
  const expiresAt = new Date(Date.parse(storedAt) + hotTtlDays * DAY_MS).toISOString()
  const skew = skewFrom(receivedMs)

  return function stamp(event: ReadEvent): EventRecord {
    return {
      ...event,
      tenantId,
      sourceId,
      receivedAt,
      skewMs: skew(event.sendTime),
      category: undefined,
      privacyLevel: 'standard',
      retentionClass: 'standard',
      expiresAt,
      server,
      ...repaired,
    }
  }
}

/** Computes the skew once for each sendTime, which items of one request share. */
function skewFrom(receivedMs: number) {
  let last: string | undefined
  let ms: number | undefined
  return (sendTime: string | undefined): number | undefined => {
    if (sendTime === last) return ms
    last = sendTime
    ms = sendTime === undefined ? undefined : receivedMs - Date.parse(sendTime)
    return ms
  }
}
