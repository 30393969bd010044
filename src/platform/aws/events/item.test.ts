import { describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { memoryBlobs } from '../../../../tests/support/blobs'
import { anEnvelope, anEvent } from '../../../../tests/support/envelopes'
import { aRecord } from '../../../../tests/support/records'
import type { EventRecord } from '../../../event/record'
import { stampWith } from '../../../ingest/steps/stamp'
import { commonOf } from '../../../mapping/common'
import { readCaliper } from '../../../standards/caliper/parse'
import { EVENT_BODIES, STATEMENT_BODIES } from '../deployed/blobs'
import type { IndexName } from '../deployed/resources'
import { tables } from '../deployed/tables'
import { packBody, unpackBody } from './body'
import { dictionary } from './dictionary'
import { secondDictionary } from './dictionary-2'
import { contentHash, createItems } from './item'
import { type Item, itemBytes, writeUnits } from './write-units'

const every: readonly IndexName[] = tables.events.indexes.map(({ name }) => name)
const facts = { place: `${'0'.repeat(26)}`, token: new Uint8Array(8) }

const text = fc.string({ unit: 'binary', maxLength: 40 }).map((one) => one.toWellFormed())
const perhaps = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined })
const someRecord: fc.Arbitrary<EventRecord> = fc
  .record({
    tenantId: text,
    kind: fc.constantFrom('event' as const, 'entity' as const),
    type: text,
    actorName: perhaps(text),
    groupId: perhaps(text),
    courseId: perhaps(fc.oneof(text, fc.constant('one'))),
    actorId: perhaps(fc.constantFrom('one', 'two')),
    memberId: perhaps(fc.constantFrom('one', 'two')),
    occurredAt: perhaps(fc.constantFrom('2026-11-21T09:30:00.000Z', '2026-11-21T09:31:00.000Z')),
    membershipRoles: perhaps(fc.array(text, { maxLength: 3 })),
    score: perhaps(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => n !== 0)),
    success: perhaps(fc.boolean()),
    sequence: perhaps(fc.maxSafeInteger()),
    organizationId: perhaps(text),
    eventTimeEnd: perhaps(fc.constant('2026-12-01T00:00:00.000Z')),
    retentionDays: perhaps(fc.nat()),
    skewMs: perhaps(fc.oneof(fc.integer(), fc.constantFrom(0, 1500))),
    sendTime: perhaps(fc.constantFrom('2026-11-21T09:30:00.000Z', '2026-11-21T09:29:58.500Z')),
    receivedAt: fc.constantFrom('2026-11-21T09:30:00.000Z', '9999-12-30T00:00:00.000Z'),
    expiresAt: fc.constantFrom(
      '2026-12-21T09:30:00.000Z',
      '2026-12-21T09:30:00.001Z',
      '9999-12-31T23:59:59.999Z',
      '2026-12-21T09:30:00Z',
    ),
    action: perhaps(fc.constantFrom('Viewed', 'Used')),
    commonAction: perhaps(fc.constantFrom('Viewed', 'Used')),
    conformant: fc.boolean(),
    issueCodes: fc.array(text, { maxLength: 3 }),
    repair: perhaps(fc.record({ by: text, at: text, paths: fc.array(text, { maxLength: 3 }) })),
    server: fc.record({
      requestId: text,
      ip: perhaps(text),
      userAgent: perhaps(text),
      defines: perhaps(fc.constant(false as const)),
    }),
    raw: fc.json().map((one) => one.toWellFormed()),
  })
  .map(({ repair, ...changes }) => aRecord({ ...changes, ...(repair && { repair }) }))

describe('an item', () => {
  it('gives back any record, whole', async () => {
    const items = createItems({ indexes: every, blobs: memoryBlobs() })
    await fc.assert(
      fc.asyncProperty(someRecord, async (record) => {
        expect(await items.toRecord(await items.toItem(record, facts))).toEqual(record)
      }),
    )
  })

  it('has a body that is too large where it lasts as long as the item', async () => {
    const raw = JSON.stringify(Array.from({ length: 30_000 }, () => crypto.randomUUID()))
    const storedAt = '2026-11-28T12:00:00.000Z'
    for (const [changes, prefix] of [
      [{}, EVENT_BODIES],
      [{ storedAt }, STATEMENT_BODIES],
    ] as const) {
      const blobs = memoryBlobs()
      const { toItem, toRecord } = createItems({ indexes: every, blobs })
      const record = aRecord({ ...changes, raw })
      const item = await toItem(record, facts)
      expect([...blobs.held.keys()].map((key) => key.startsWith(prefix))).toEqual([true])
      expect(await toRecord(item)).toMatchObject({ raw, ...changes })
    }
  })

  it('of the first release is read by every later one', () => {
    const record = unpackBody(Buffer.from(PACKED_BY_0_1, 'base64'), 'default')
    expect(record).toEqual(RECORD_OF_0_1)
    // The dictionary is frozen as well: what was packed with it could not be read with another.
    expect(createHash('sha256').update(dictionary).digest('hex')).toBe(DICTIONARY_OF_0_1)
  })

  it('of the second form is read by every later one, and one of a third says what it is', () => {
    const body = Buffer.from(PACKED_SECOND, 'base64')
    expect(unpackBody(body, 'default')).toEqual(RECORD_OF_SECOND)
    const digest = createHash('sha256').update(secondDictionary).digest('hex')
    expect(digest).toBe(DICTIONARY_OF_SECOND)
    const later = Buffer.concat([Buffer.of(2), body.subarray(1)])
    expect(() => unpackBody(later, 'default')).toThrow('a body of a later version: 2')
  })

  it('has the same hash for the same content, however it is written', () => {
    const hashOf = (raw: string) => contentHash(aRecord({ raw }))
    expect(hashOf('{"a":1,"b":[1.0]}')).toEqual(hashOf(' {"b":[1],\n"a":1}'))
    expect(hashOf('{"a":1}')).not.toEqual(hashOf('{"a":2}'))
  })
})

describe('what an event costs', () => {
  const receivedAt = '2026-11-21T09:30:00.123Z'

  /** Makes records as a sensor's events are stored: twenty types, 1.5 KB of JSON on average. */
  function typicalRecords(tenantId: string): EventRecord[] {
    const data = Array.from({ length: 200 }, () => anEvent())
    const sendTime = '2026-11-21T09:29:58.456Z'
    const { items } = readCaliper(JSON.stringify(anEnvelope(data, { sendTime })), receivedAt)
    const server = {
      requestId: '0d9ff7a4-98c1-4f2c-a5ea-b8fb45f5f2c5',
      subject: 'key_4f2ca5eab8fb45f5',
      ip: '203.0.113.207',
      userAgent: 'Mozilla/5.0 (compatible; a sensor of the LMS 2025.9.1)',
    }
    const terms = { days: 30 }
    const stamp = stampWith({ tenantId, sourceId: 'lms', receivedAt, terms, commonOf, server })
    return items.map((item) => stamp((item as Extract<typeof item, { event: unknown }>).event))
  }

  it('is one write unit, and one for each index that finds it', async () => {
    const items = createItems({ indexes: every, blobs: memoryBlobs() })
    const records = typicalRecords('northfield')
    const meanRaw = records.reduce((sum, { raw }) => sum + raw.length, 0) / records.length
    expect(meanRaw).toBeGreaterThan(1450)
    for (const record of records) {
      const units = writeUnits(await items.toItem(record, facts))
      expect(units).toEqual({
        table: 1,
        indexes: { actor: 1, object: 1, type: 1, session: 1, group: 1, time: 1 },
      })
    }
  })

  it('does not grow by columns that an event does not have, wherever they stand', () => {
    const [record] = typicalRecords('northfield')
    const without: Partial<EventRecord> = {
      organizationId: undefined,
      eventTimeEnd: undefined,
      retentionDays: undefined,
    }
    const bytes = packBody(record!).length
    expect(packBody({ ...record!, ...without }).length).toBe(bytes)
    expect(packBody({ ...record!, organizationId: 'org_54321' }).length).toBeLessThan(bytes + 24)
  })

  it('is no more for a tenant whose name is a UUID, with three indexes', async () => {
    const items = createItems({ indexes: ['actor', 'object', 'time'], blobs: memoryBlobs() })
    for (const record of typicalRecords('7f9c24e5-5f0b-4a41-9a3a-6d3c1f6a2b10')) {
      const { table, indexes } = writeUnits(await items.toItem(record, facts))
      expect([table, Object.values(indexes)]).toEqual([1, [1, 1, 1]])
    }
  })

  it('is counted as DynamoDB counts', () => {
    const counted: [Item, number][] = [
      [{ k: { S: 'grün' } }, 6],
      [{ b: { B: new Uint8Array(1000) } }, 1001],
      [{ x: { SS: ['ab', 'é'] } }, 10],
      [{ x: { BOOL: true } }, 2],
      [{ x: { N: '1795253400' } }, 7],
    ]
    for (const [item, bytes] of counted) expect(itemBytes(item)).toBe(bytes)
    const large = { k: { S: 'k' }, s: { S: 's' }, b: { B: new Uint8Array(1020) }, ia: { S: 'a' } }
    expect(writeUnits(large)).toEqual({ table: 2, indexes: { actor: 1 } })
  })
})

const RECORD_OF_0_1: EventRecord = {
  kind: 'event',
  tenantId: 'default',
  sourceId: 'demo',
  eventId: 'urn:uuid:22f5a85b-7171-49a0-8a5d-ec74dcfc8175',
  standard: 'caliper',
  standardVersion: '1.2',
  type: 'GradeEvent',
  action: 'Graded',
  profile: 'GradingProfile',
  actorId: 'https://example.edu/apps/1',
  actorType: 'SoftwareApplication',
  actorName: 'Ada B.',
  objectId: 'https://example.edu/attempts/1',
  objectType: 'Attempt',
  objectName: 'First',
  targetId: 'https://example.edu/targets/1',
  generatedId: 'https://example.edu/scores/1',
  generatedType: 'Score',
  groupId: 'https://example.edu/sections/1',
  sessionId: 'https://example.edu/sessions/1',
  edAppId: 'https://example.edu',
  membershipRoles: ['Learner', 'Mentor'],
  score: 4.5,
  maxScore: 5,
  success: true,
  completion: false,
  durationMs: 1500,
  eventTime: '2026-11-15T10:15:00.000Z',
  sendTime: '2026-11-15T10:15:01.000Z',
  receivedAt: '2026-11-15T10:15:02.500Z',
  skewMs: 1500,
  sequence: 7,
  category: 'assessment',
  privacyLevel: 'sensitive',
  retentionClass: 'pii',
  expiresAt: '2026-12-15T10:15:02.500Z',
  conformant: false,
  issueCodes: ['unknown_property'],
  server: { requestId: 'req-1', subject: 'key_1', ip: '192.0.2.1', userAgent: 'test/1' },
  raw: '{"type":"GradeEvent","odd":"\\ud800","name":"Grüße","n":12345678901234567890}',
}

const DICTIONARY_OF_0_1 = '11c1c48cf044861863cd82988b3d9c3318ddc8f486000281bc537616f025f935'
const PACKED_BY_0_1 = [
  'AHVYMa7CMAzdOQViblI71CTt+Af+BRjpEJogMSCggPQXzsJF2LjYV5I2paKZGsnPUuX4vWcnrVojBYnL7/f70OQt9v',
  '9m/7RbkLk19zx01DV3jBy8v586pjL87BES9MckNdQyel+dFZwyCpoS5B4JIJNjQ/AWkXSDOuR0aoQMaYNQIVUgOIWe',
  '7oUqGfrMwp4J36FIEmOP7o0g6o0Qe9KKdkyiRFaUGpjSZJhtZGGafaNQUqJa+nzuimv0/IenUN0I6pHrQ+v328niBy',
  'oF4DTAN2QS4C6qtRfmws5o3RdLwYELb+Y3e73luKjrWVwhRj13Mo4I27tRAIMw/Lbv1/vpxW9RoVgWtJKqhOH0+Ac=',
].join('')

const RECORD_OF_SECOND: EventRecord = {
  ...RECORD_OF_0_1,
  sessionId: 'https://example.edu/sessions/0D8663C4ABF729F1B7B9CA8B93A5AE0D',
  commonAction: 'Graded',
  expiresAt: '2026-12-15T10:15:02.500Z',
  raw: '{"id":"urn:uuid:22f5a85b-7171-49a0-8a5d-ec74dcfc8175","of":"788e032 6c12c"}',
}

const DICTIONARY_OF_SECOND = '7000e0435d768ec0baae2520eaa220518d84c8359c6788f6d25ab24847c0393e'
const PACKED_SECOND = [
  'AQIi9ahbcXFJoIpd7HTc/IF1DYZjxKv3KfG3ucqLk6WuDXVaMQ7DIAz8SsRMCKaliRg79AVdO0QJlTpUSZus+XtlqB',
  'EImBgwSNin82G7nmGTbBcKNXkts8g45Ia4x+LZb+sgARsp5NIJp5P9gWjAMQpw0GkPfhaaax8zL01AS8n7VLw4OVNV',
  'LknIAVrQd5AGtJFK6DTuyS4QO+dbgbhn+16qYLHRm8d1/btoHpurqFlRawwtb6+vq6gUXUhdOMrZuQFNcSCfFywCkv',
  'H//2nxHkQurjF0d7vtHXiYFuC2PJlh/TBYeVLNZQI1seMH',
].join('')
