import { OWN_SOURCE } from '../event/own'
import { type EventRecord, OWN_STANDARD } from '../event/record'
import type { AuditEntry } from './trail'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Writes an entry as a native event of Nonius itself. As an entity it is in nobody's counts, questions
 * and webhooks unless they ask for it by type.
 */
export function recordOf(
  entry: AuditEntry,
  { tenantId, now, hotDays }: { tenantId: string; now: Date; hotDays: number },
): EventRecord {
  const { id, at, action, by, target } = entry
  const type = `nonius.audit.${action}`
  const raw = JSON.stringify({
    ...{ event_id: id, event_type: type, timestamp: at, source: OWN_SOURCE },
    payload: entry,
  })
  const receivedAt = now.toISOString()
  return {
    ...{
      kind: 'entity',
      tenantId,
      sourceId: OWN_SOURCE,
      eventId: id,
      standard: OWN_STANDARD,
      type,
    },
    actorId: by,
    ...(target !== undefined && { objectId: target }),
    edAppId: OWN_SOURCE,
    ...{ eventTime: at, receivedAt, occurredAt: [at, receivedAt].sort()[0] },
    ...{ category: 'audit', privacyLevel: 'standard', retentionClass: 'standard' },
    expiresAt: new Date(now.getTime() + hotDays * DAY_MS).toISOString(),
    ...{ conformant: true, issueCodes: [] },
    server: { requestId: id },
    raw,
  }
}
