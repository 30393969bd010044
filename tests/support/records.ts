import type { EventRecord } from '../../src/event/record'
import type { ChangeBatch } from '../../src/platform/change-feed'

let made = 0

/** A record as the pipeline would make it, distinct at each call. */
export function aRecord(changes: Partial<EventRecord> = {}): EventRecord {
  made += 1
  const id = `urn:uuid:00000000-0000-4000-8000-${String(made).padStart(12, '0')}`
  const eventId = changes.eventId ?? id
  const actorId = changes.actorId ?? 'https://example.edu/users/554433'
  const receivedAt = changes.receivedAt ?? new Date().toISOString()
  return {
    kind: 'event',
    tenantId: 'default',
    sourceId: 'demo',
    eventId,
    standard: 'caliper',
    standardVersion: '1.2',
    type: 'ViewEvent',
    action: 'Viewed',
    actorId,
    actorType: 'Person',
    objectId: `https://example.edu/pages/${made}`,
    objectType: 'Page',
    eventTime: '2026-11-15T10:15:00.000Z',
    sendTime: '2026-11-15T10:15:01.000Z',
    receivedAt,
    privacyLevel: 'standard',
    retentionClass: 'standard',
    expiresAt: new Date(Date.parse(receivedAt) + 86_400_000).toISOString(),
    conformant: true,
    issueCodes: [],
    server: { requestId: 'req-1', subject: 'key_1', ip: '192.0.2.1', userAgent: 'test/1' },
    raw: JSON.stringify({ id: eventId, type: 'ViewEvent', actor: actorId, made }),
    ...changes,
  }
}

/** A batch of the change feed, as a consumer gets it. */
export function aBatch(id: string, records: EventRecord[]): ChangeBatch {
  const storedAt = (place: number) => Date.parse(records[place]!.receivedAt)
  return { id, count: records.length, records: () => records, isWithin: () => true, storedAt }
}
