import type { ReadEvent } from '../../event/reading'
import type { EventRecord } from '../../event/record'
import type { Origin } from '../arrival'

interface Needs extends Origin {
  /** How long the hot store has the event, from `storedAt` on. */
  hotTtlDays: number
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Server time is the authority; the sender's claims stand beside it, with the skew. */
export function stampWith(needs: Needs) {
  const { tenantId, sourceId, server, receivedAt, hotTtlDays, storedAt = receivedAt } = needs
  // Few have one, and the others need not carry it.
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

/** Items of one request share a sendTime, so it is worked out once. */
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
