import { randomUUID } from 'node:crypto'
import { contentDigest } from '../../event/content'
import { parseJson } from '../../event/json-body'
import type { ReadEvent, ReadItem, Reading } from '../../event/reading'
import type { EventRecord } from '../../event/record'
import type { Finder, StatementEntry } from '../../event/statement'
import type { Steps } from '../../syntax/steps'
import type { BodyForm, ItemOrigin, Standard } from '../standard'
import { xapiFacts } from './facts'

// SKELETON: whoever has the rules of xAPI replaces this file; its interface stays.

export const xapi = { ...xapiFacts, readBody, readItem, statementOf } satisfies Standard

function* readBody(
  text: string,
  _form: BodyForm,
  receivedAt: string,
  context: Record<string, string> = {},
): Steps<Reading> {
  const body = parseJson(text)
  const values = Array.isArray(body) ? body : [body]
  const items = values.map((value, index): ReadItem => {
    const event = normalize(value as Value, receivedAt, context.version ?? '1.0.3')
    return { index, event, id: event.eventId }
  })
  return { standard: 'xapi', context, items }
}

function readItem(text: string, { receivedAt, context }: ItemOrigin): Steps<Reading> {
  return readBody(text, 'document', receivedAt, context)
}

// biome-ignore lint/suspicious/noExplicitAny: a skeleton
type Value = any

function normalize(value: Value, receivedAt: string, version: string): ReadEvent {
  const raw = JSON.stringify(value)
  return {
    kind: 'event',
    eventId: String(value.id ?? randomUUID()).toLowerCase(),
    standard: 'xapi',
    standardVersion: version,
    type: 'Statement',
    action: value.verb?.id,
    actorId: value.actor?.mbox,
    actorType: value.actor?.objectType ?? 'Agent',
    objectId: value.object?.id,
    objectType: value.object?.objectType ?? 'Activity',
    eventTime: new Date(value.timestamp ?? receivedAt).toISOString(),
    conformant: true,
    issueCodes: [],
    raw,
    contentDigest: contentDigest(raw, value),
  }
}

function statementOf(record: EventRecord): StatementEntry {
  const value = JSON.parse(record.raw)
  const stored = record.storedAt ?? record.receivedAt
  const finders: Finder[] = [{ by: 'verb', value: value.verb?.id }]
  if (value.actor?.mbox) finders.push({ by: 'agent', value: value.actor.mbox })
  if (value.object?.id) finders.push({ by: 'activity', value: value.object.id })
  return {
    tenantId: record.tenantId,
    statementId: record.eventId,
    stored,
    json: JSON.stringify({ ...value, id: record.eventId, stored }),
    finders,
    voids: false,
    activities: [],
    agents: [],
    expiresAt: record.expiresAt,
  }
}
