import { createHash } from 'node:crypto'
import type { EventFilter } from '../../../event/filter'
import type { EventRecord, Kind } from '../../../event/record'
import type { IndexName } from '../deployed/resources'
import { tables } from '../deployed/tables'

/**
 * An index spreads entries that share a value over so many partitions. A partition takes 1,000
 * write units a second (developer guide, "Burst and adaptive capacity") and an entry of an index is
 * one: one tenant can send so many thousand events a second. All its events share their time, and
 * most of them a few types. An actor, a session, a group or an object with 1,000 events a second is
 * not known.
 *
 * A number may grow (what was written under fewer is still found), never shrink.
 */
export const SHARDS: Record<IndexName, number> = {
  actor: 1,
  object: 1,
  type: 8,
  session: 1,
  group: 1,
  time: 16,
}

/** An index finds by this field of a record; `time` finds by the kind. */
const fields = {
  actor: 'actorId',
  object: 'objectId',
  type: 'type',
  session: 'sessionId',
  group: 'groupId',
  time: 'kind',
} as const satisfies Record<IndexName, keyof EventRecord>

// An id has 132 bits of SHA-256 here: it is not possible to aim two ids at one key.
const ID_LENGTH = 22
// A value has 66 bits: what is found by an index is compared again, so that another value with the
// same bits costs a read, no more.
const VALUE_LENGTH = 11

const kinds: readonly Kind[] = ['event', 'entity']

/**
 * Makes a key of the table. An id may have 2,048 characters, a key's bytes are paid for in every
 * index.
 */
export function keyOf(tenantId: string, eventId: string): string {
  return `${tenantId}#${digest(eventId).slice(0, ID_LENGTH)}`
}

/** Reads the tenant from a key. */
export function tenantOf(key: string): string {
  return key.slice(0, -ID_LENGTH - 1)
}

/**
 * Makes the attributes by which these indexes find a record; an index of which it has no value is
 * left out.
 */
export function indexAttributes(
  record: EventRecord,
  indexes: readonly IndexName[],
): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const index of indexes) {
    const value = record[fields[index]]
    if (value === undefined) continue
    const shard = shardOf(record.eventId, SHARDS[index])
    attributes[hashKeyOf(index)] = `${groupKey(record.tenantId, index, value)}${shard}`
  }
  return attributes
}

/** Names all partitions of an index that may hold what a filter asks for. */
export function partitionsOf(tenantId: string, index: IndexName, filter: EventFilter): string[] {
  const wanted = filter[fields[index]]
  const values = index === 'time' && wanted === undefined ? kinds : [wanted ?? '']
  return values.flatMap((value) => {
    const group = groupKey(tenantId, index, value)
    return Array.from({ length: SHARDS[index] }, (_, shard) => `${group}${shard.toString(36)}`)
  })
}

/** Tells whether an index narrows the search for a filter. */
export function serves(index: IndexName, filter: EventFilter): boolean {
  return index !== 'time' && filter[fields[index]] !== undefined
}

export function hashKeyOf(index: IndexName): string {
  return tables.events.indexes.find(({ name }) => name === index)!.hashKey
}

function groupKey(tenantId: string, index: IndexName, value: string): string {
  const name = index === 'time' ? value : digest(value).slice(0, VALUE_LENGTH)
  return `${tenantId}#${name}#`
}

function shardOf(eventId: string, count: number): string {
  if (count === 1) return '0'
  return (createHash('sha256').update(eventId).digest().readUInt32BE() % count).toString(36)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
