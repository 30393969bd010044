import { usualDays } from '../../event/kept-days'
import type { ReadEvent } from '../../event/reading'
import type { EventRecord } from '../../event/record'
import type { CommonOf } from '../../mapping/common-words'
import type { Origin } from '../arrival'
import type { Terms } from '../record-store'

interface Needs extends Origin {
  terms: Terms
  /** It says what happened in the words that all standards share. */
  commonOf: CommonOf
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Only `govern` asks for these. */
const ungoverned = { sampling: undefined }

/**
 * Stamps events: server time is the authority; the sender's times stand beside it, with the skew.
 */
export function stampWith(needs: Needs) {
  const { tenantId, sourceId, server, receivedAt, terms, commonOf, keptDays = usualDays } = needs
  const from = terms.storedAt ?? needs.storedAt ?? receivedAt
  // Few events have a repair, and the others need not carry the property.
  const repaired = needs.repair && { repair: needs.repair }
  // So it is with a time in a record store.
  const taken = terms.storedAt !== undefined && { storedAt: terms.storedAt }
  const receivedMs = Date.parse(receivedAt)
  const expiry = expiryFrom(Date.parse(from))
  const skew = skewFrom(receivedMs)

  return function stamp(event: ReadEvent): EventRecord {
    const retentionClass = event.retentionClass ?? 'standard'
    // The shortest counts: a sender may ask for less than its class has, and not for more. A day is
    // what handing it on to the lake and to webhooks may take.
    const asked = Math.max(event.retentionDays ?? Number.POSITIVE_INFINITY, 1)
    return {
      ...event,
      ...ungoverned,
      ...commonOf(event),
      tenantId,
      sourceId,
      receivedAt,
      occurredAt: earlier(event.eventTime, receivedAt),
      skewMs: skew(event.sendTime),
      category: event.category,
      privacyLevel: event.privacyLevel ?? 'standard',
      retentionClass,
      expiresAt: expiry(Math.min(terms.days, keptDays[retentionClass], asked)),
      server: event.server ?? server,
      ...repaired,
      ...taken,
    }
  }
}

/** Both are UTC with milliseconds, and so compare as text. */
function earlier(eventTime: string, receivedAt: string): string {
  if (eventTime < receivedAt) return eventTime
  return receivedAt
}

/** Computes the end of so many days once for each number of them, which items of one request share. */
function expiryFrom(fromMs: number) {
  let last: number | undefined
  let end = ''
  return (days: number): string => {
    if (days === last) return end
    last = days
    end = new Date(fromMs + days * DAY_MS).toISOString()
    return end
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
