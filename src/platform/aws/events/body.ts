import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { EventRecord, ServerFacts } from '../../../event/record'
import { dictionary } from './dictionary'
import { secondDictionary } from './dictionary-2'
import { IDENTIFIER_BYTES, putIdentifiers, takeIdentifiers } from './hex'

/**
 * The table says where each column of a record stands in its body, `raw` aside, which is text of
 * its own. Add at the end, change nothing: what was packed is unpacked by this table. The tenant
 * stands in the item's key.
 */
const places: Record<
  Exclude<keyof EventRecord, 'tenantId' | 'server' | 'raw' | 'contentDigest'>,
  number
> = {
  kind: 0,
  standard: 1,
  standardVersion: 2,
  type: 3,
  action: 4,
  profile: 5,
  actorType: 6,
  targetId: 7,
  objectType: 8,
  generatedType: 9,
  generatedId: 10,
  category: 11,
  membershipRoles: 12,
  score: 13,
  maxScore: 14,
  success: 15,
  completion: 16,
  durationMs: 17,
  sequence: 18,
  privacyLevel: 19,
  retentionClass: 20,
  conformant: 21,
  issueCodes: 22,
  skewMs: 23,
  receivedAt: 24,
  expiresAt: 25,
  sendTime: 26,
  eventTime: 27,
  sourceId: 28,
  eventId: 29,
  actorId: 30,
  actorName: 31,
  objectId: 32,
  objectName: 33,
  groupId: 34,
  sessionId: 35,
  edAppId: 36,
  repair: 37,
  commonAction: 38,
  storedAt: 39,
  memberId: 40,
  courseId: 41,
  courseName: 42,
  attemptId: 43,
  assignableId: 44,
  occurredAt: 45,
  organizationId: 46,
  eventTimeEnd: 47,
  retentionDays: 48,
  sampleRate: 49,
  governedBy: 50,
  sentSha256: 51,
}

/** A column that says the same as another, as it mostly does, is written as this number. */
const SAME = 0
const sameAs: { [Name in keyof typeof places]?: keyof typeof places } = {
  memberId: 'actorId',
  courseId: 'groupId',
  attemptId: 'generatedId',
  assignableId: 'objectId',
  occurredAt: 'eventTime',
  commonAction: 'action',
}

/** A number that follows from times is written as this. No column that may follow is a truth value. */
const FOLLOWS = true
const DAY_MS = 24 * 60 * 60 * 1000

/** The server's facts stand in an array of their own, which is the last value of a body. */
const serverPlaces: Record<keyof ServerFacts, number> = {
  requestId: 0,
  subject: 1,
  ip: 2,
  userAgent: 3,
  defines: 4,
}

// The first byte of a body says how it is packed, and with which dictionary.
const FIRST = 0
const SECOND = 1
const dictionaries = [Buffer.from(dictionary), Buffer.from(secondDictionary)]

/**
 * Packs everything of a record but its tenant, in about a quarter of the size of `raw`: a byte that says
 * how, the number of its identifiers, each of them (`hex.ts`), and the rest without them.
 */
export function packBody(record: EventRecord): Uint8Array {
  const values = [...listed(shortened(record), places), listed(record.server, serverPlaces)]
  // The text stands beside the JSON: as a JSON string, `raw` would have a backslash before every
  // quote.
  const { text, identifiers } = takeIdentifiers(`${JSON.stringify(values)}\n${record.raw}`)
  const packed = deflateRawSync(text, { dictionary: dictionaries[SECOND]! })
  const count = identifiers.length / IDENTIFIER_BYTES
  return Buffer.concat([Buffer.of(SECOND, count), identifiers, packed])
}

export function unpackBody(body: Uint8Array, tenantId: string): EventRecord {
  const text = textOf(body)
  const end = text.indexOf('\n')
  const values: unknown[] = JSON.parse(text.slice(0, end))
  const server = named(values.pop() as unknown[], serverPlaces)
  const record = {
    tenantId,
    ...lengthened(named(values, places)),
    server,
    raw: text.slice(end + 1),
  }
  return record as unknown as EventRecord
}

function textOf(body: Uint8Array): string {
  const [form, count = 0] = body
  const dictionary = dictionaries[form!]
  if (dictionary === undefined) throw new Error(`a body of a later version: ${form}`)
  if (form === FIRST) return inflateRawSync(body.subarray(1), { dictionary }).toString()
  const start = 2 + count * IDENTIFIER_BYTES
  const text = inflateRawSync(body.subarray(start), { dictionary }).toString()
  return putIdentifiers(text, body.subarray(2, start))
}

function shortened(record: EventRecord): { [Name in keyof typeof places]?: unknown } {
  const short: Record<string, unknown> = { ...record }
  for (const [name, other] of Object.entries(sameAs) as Pair[]) {
    if (record[name] !== undefined && record[name] === record[other]) short[name] = SAME
  }
  const { skewMs, sendTime, receivedAt, expiresAt } = record
  if (skewMs !== undefined && skewMs === skewOf(sendTime, receivedAt)) short.skewMs = FOLLOWS
  const days = Math.round((Date.parse(expiresAt) - Date.parse(receivedAt)) / DAY_MS)
  if (expiresAt === daysAfter(receivedAt, days)) short.expiresAt = days
  return short
}

function lengthened(short: Record<string, unknown>): Record<string, unknown> {
  for (const [name, other] of Object.entries(sameAs) as Pair[]) {
    if (short[name] === SAME) short[name] = short[other]
  }
  const { skewMs, sendTime, receivedAt, expiresAt } = short as { [name: string]: string | true }
  if (skewMs === FOLLOWS) short.skewMs = skewOf(sendTime as string, receivedAt as string)
  if (typeof expiresAt === 'number') short.expiresAt = daysAfter(receivedAt as string, expiresAt)
  return short
}

function skewOf(sendTime: string | undefined, receivedAt: string): number {
  return Date.parse(receivedAt) - Date.parse(sendTime ?? '')
}

/** Adds days to a time. @returns undefined for what is no time, or lies beyond what ISO 8601 writes */
function daysAfter(time: string, days: number): string | undefined {
  const later = new Date(Date.parse(time) + days * DAY_MS)
  return Number.isNaN(later.getTime()) ? undefined : later.toISOString()
}

type Pair = [keyof typeof places, keyof typeof places]

function listed<Name extends string>(
  object: { [N in Name]?: unknown },
  places: Record<Name, number>,
): unknown[] {
  const values: unknown[] = []
  for (const name of Object.keys(places) as Name[]) values[places[name]] = object[name] ?? null
  // Columns that few records have cost the others nothing, as long as they stand at the end.
  while (values.length > 0 && values.at(-1) === null) values.pop()
  return values
}

/** Names the values. A column that was added since has none. */
function named(values: readonly unknown[], places: Record<string, number>) {
  const object: Record<string, unknown> = {}
  for (const [name, place] of Object.entries(places)) {
    const value = values[place] ?? null
    if (value !== null) object[name] = value
  }
  return object
}
