import { randomUUID } from 'node:crypto'
import type { ReadEvent } from '../../event/reading'
import type { EventRecord } from '../../event/record'
import { standards } from '../../standards'
import { finish } from '../../syntax/steps'

/** A made-up record belongs to the tenant that asks for it. */
interface Asked {
  tenantId: string
  sourceId: string
  type: string
  /** ISO 8601 UTC. */
  at: string
  requestId: string
}

// Nobody keeps it: it expires a day later.
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Makes up a record of a type as if an event of it had just arrived: one that conforms, where a
 * standard has the type, and else a plain one that says what it is.
 */
export async function exampleRecord(asked: Asked): Promise<EventRecord> {
  const { tenantId, sourceId, at, requestId } = asked
  const event = (await conformingExample(asked)) ?? plainExample(asked)
  return {
    ...event,
    ...{ tenantId, sourceId, receivedAt: at, occurredAt: at },
    privacyLevel: event.privacyLevel ?? 'standard',
    retentionClass: event.retentionClass ?? 'standard',
    category: event.category,
    expiresAt: new Date(Date.parse(at) + DAY_MS).toISOString(),
    server: { requestId },
  }
}

async function conformingExample({ type, at }: Asked): Promise<ReadEvent | undefined> {
  for (const { load } of standards) {
    const { exampleOf, readItem } = await load()
    const text = await exampleOf?.(type, at)
    if (text === undefined) continue
    const [item] = finish(readItem(text, { context: {}, receivedAt: at })).items
    if (item !== undefined && 'event' in item) return item.event
  }
  return undefined
}

function plainExample({ type, at }: Asked): ReadEvent {
  const id = `urn:uuid:${randomUUID()}`
  const note = 'An example that Nonius made up, which knows no more of this type than its name.'
  // Types that no standard has are those of tenants.
  const { name } = standards.find(({ hasTypes }) => hasTypes)!
  return {
    ...{ kind: 'event', eventId: id, standard: name, type, eventTime: at },
    ...{ conformant: false, issueCodes: [] },
    raw: JSON.stringify({ id, type, eventTime: at, note }),
  }
}
