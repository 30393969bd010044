import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { EventRecord, ServerFacts } from '../../../event/record'
import { dictionary } from './dictionary'

type Packed = Exclude<keyof EventRecord, 'tenantId' | 'server' | 'raw'>

/**
 * The columns of a record by their place. Append only: what was packed is unpacked by this list. The
 * tenant stands in the item's key; `server` follows the list, and then `raw`, as text of its own.
 */
const columns = [
  ...(['kind', 'standard', 'standardVersion', 'type', 'action', 'profile'] as const),
  ...(['actorType', 'targetId', 'objectType', 'generatedType', 'generatedId'] as const),
  ...(['category', 'membershipRoles', 'score', 'maxScore', 'success', 'completion'] as const),
  ...(['durationMs', 'sequence', 'privacyLevel', 'retentionClass', 'conformant'] as const),
  ...(['issueCodes', 'skewMs', 'receivedAt', 'expiresAt', 'sendTime', 'eventTime'] as const),
  ...(['sourceId', 'eventId', 'actorId', 'actorName', 'objectId', 'objectName'] as const),
  ...(['groupId', 'sessionId', 'edAppId'] as const),
] satisfies Packed[]

const serverFacts = [
  'requestId',
  'subject',
  'ip',
  'userAgent',
] as const satisfies (keyof ServerFacts)[]

// A column that a list forgets is a type error here.
type Forgotten =
  | Exclude<Packed, (typeof columns)[number]>
  | Exclude<keyof ServerFacts, (typeof serverFacts)[number]>
const FORGOTTEN: Forgotten extends never ? 0 : never = 0

// The first byte of a body says which one it needs.
const dictionaries = [Buffer.from(dictionary)]
const NEWEST = dictionaries.length - 1 + FORGOTTEN

/** Everything of a record but its tenant, in about a third of the size of `raw`. */
export function packBody(record: EventRecord): Uint8Array {
  const values = columns.map((name) => record[name] ?? null)
  const server = serverFacts.map((name) => record.server[name] ?? null)
  // Text beside text: as a JSON string, `raw` would have a backslash before every quote.
  const text = `${JSON.stringify([...values, server])}\n${record.raw}`
  const packed = deflateRawSync(text, { dictionary: dictionaries[NEWEST]! })
  return Buffer.concat([Buffer.of(NEWEST), packed])
}

export function unpackBody(body: Uint8Array, tenantId: string): EventRecord {
  const text = inflateRawSync(body.subarray(1), {
    dictionary: dictionaries[body[0]!]!,
  }).toString()
  const end = text.indexOf('\n')
  const values: unknown[] = JSON.parse(text.slice(0, end))
  // What was packed before a column was added is shorter: `server` is always the last.
  const server = named(serverFacts, values.pop() as unknown[])
  const record = { tenantId, ...named(columns, values), server, raw: text.slice(end + 1) }
  return record as unknown as EventRecord
}

function named(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  values.forEach((value, place) => {
    if (value !== null) object[names[place]!] = value
  })
  return object
}
