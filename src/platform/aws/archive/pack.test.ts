import { describe, expect, it } from 'bun:test'
import { FirehoseClient, type PutRecordBatchInput } from '@aws-sdk/client-firehose'
import fc from 'fast-check'
import { withAnswers } from '../../../../tests/support/aws/faults'
import { memoryBlobs } from '../../../../tests/support/blobs'
import { aBatch, aRecord } from '../../../../tests/support/records'
import { columns } from '../../../event/columns'
import type { EventRecord } from '../../../event/record'
import { createArchive } from '../archive'
import { documentOf } from './document'
import { cutCalls, packRecords, RECORD_BYTES } from './pack'

const streams = {
  ...{ standard: ['standard'], sensitive: ['sensitive'] },
  ...{ pii: ['pii'], system: ['system'] },
}
const readDocument = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes))
const readRecord = (bytes: Uint8Array) =>
  new TextDecoder()
    .decode(bytes)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

/**
 * Makes an archive whose Firehose remembers its calls, and refuses the records that `refuses`
 * names.
 */
function anArchive(refuses: (place: number, call: number) => boolean = () => false) {
  const calls: PutRecordBatchInput[] = []
  const client = withAnswers(
    new FirehoseClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    }),
    (_, input) => {
      const call = input as PutRecordBatchInput
      calls.push(call)
      const RequestResponses = call.Records!.map((_, place) =>
        refuses(place, calls.length)
          ? { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' }
          : { RecordId: String(place) },
      )
      const FailedPutCount = RequestResponses.filter((one) => 'ErrorCode' in one).length
      return { FailedPutCount, RequestResponses }
    },
  )
  const blobs = memoryBlobs()
  const documents = () =>
    calls.flatMap(({ Records }) => Records!.flatMap(({ Data }) => readRecord(Data!)))
  return { archive: createArchive({ client, streams, blobs }), calls, documents, held: blobs.held }
}

const typed = {
  string: (value: unknown) => typeof value === 'string' && value.isWellFormed(),
  strings: (value: unknown) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && one.isWellFormed()),
  double: (value: unknown) => typeof value === 'number',
  bigint: (value: unknown) => Number.isSafeInteger(value),
  boolean: (value: unknown) => typeof value === 'boolean',
  timestamp: (value: unknown) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value)) &&
    !Number.isNaN(Date.parse(String(value))),
}

describe('a document of the archive', () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\ud800',
      '',
      'yesterday',
      '2026-02-30T00:00:00.000Z',
      '0000-01-01T00:00:00.000Z',
    ),
    fc.double(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 3 }),
  )

  it('never holds a value that its column cannot', () => {
    const names = columns.map(({ from }) => from[0]).filter((name) => name !== 'server')
    const changes = fc.record(Object.fromEntries(names.map((name) => [name, odd])), {
      requiredKeys: [],
    })
    fc.assert(
      fc.property(changes, (changed) => {
        const { bytes } = documentOf({ ...aRecord(), ...changed } as unknown as EventRecord)
        for (const [name, value] of Object.entries(readDocument(bytes))) {
          const { type } = columns.find((column) => column.name === name)!
          expect([name, value, typed[type](value)]).toEqual([name, value, true])
        }
      }),
      { numRuns: 300 },
    )
  })

  const whole: [string, Partial<EventRecord>][] = [
    ['a repair', { repair: { by: 'key_2', at: '2026-11-21T10:00:00.000Z', paths: ['/type'] } }],
    ['an ordinary record', {}],
    ['the largest integer', { sequence: Number.MAX_SAFE_INTEGER }],
    ['a lone surrogate, which becomes U+FFFD', { actorName: 'a\udc00b' }],
    ['an empty list', { membershipRoles: [] }],
  ]
  const lacking: [string, Partial<EventRecord>][] = [
    ['a number that is none', { score: Number.NaN }],
    ['an infinite one', { maxScore: Number.POSITIVE_INFINITY }],
    ['an integer that has lost digits', { sequence: 2 ** 60 }],
    ['a day that does not exist', { eventTime: '2026-02-30T00:00:00.000Z' }],
    ['a time with an offset', { sendTime: '2026-02-20T00:00:00.000+02:00' }],
  ]
  for (const [what, changes] of whole) {
    it(`is whole with ${what}`, () => expect(documentOf(aRecord(changes)).isWhole).toBe(true))
  }
  for (const [what, changes] of lacking) {
    it(`is not whole with ${what}`, () => expect(documentOf(aRecord(changes)).isWhole).toBe(false))
  }
})

describe('packing', () => {
  const documents = fc.array(
    fc.record({
      bytes: fc.integer({ min: 1, max: 120_000 }).map((size) => new Uint8Array(size)),
      isWhole: fc.boolean(),
    }),
    { maxLength: 120 },
  )

  it('keeps to the limits of records and calls, and packs each document once', () => {
    fc.assert(
      fc.property(documents, (some) => {
        const records = packRecords(some)
        const calls = cutCalls(records)
        const size = (parts: readonly { length: number }[]) =>
          parts.reduce((sum, { length }) => sum + length, 0)
        expect(size(records)).toBe(size(some.map(({ bytes }) => bytes)))
        expect(calls.flat()).toEqual(records)
        for (const call of calls) {
          expect(call.length).toBeLessThanOrEqual(500)
          expect(size(call)).toBeLessThanOrEqual(4 * 1024 * 1024 * 0.75)
        }
        // A document that is not whole is a record of its own, so that no other fails with it.
        const alone = some.filter(({ isWhole }) => !isWhole)
        expect(alone.every(({ bytes }) => records.includes(bytes))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('cuts a call at 500 records', () => {
    const records = Array.from({ length: 1001 }, () => new Uint8Array(10))
    expect(cutCalls(records).map((call) => call.length)).toEqual([500, 500, 1])
  })

  it('pays for little more than it sends: what is rounded up to 5 KB stays under 8 %', () => {
    const some = Array.from({ length: 1000 }, () => documentOf(aRecord({ raw: 'x'.repeat(1500) })))
    const records = packRecords(some)
    const sent = records.reduce((sum, { length }) => sum + length, 0)
    const paid = records.reduce((sum, { length }) => sum + Math.ceil(length / 5120) * 5120, 0)
    expect(paid / sent).toBeLessThan(1.08)
  })
})

describe('the archive on Firehose', () => {
  it('sends each retention class to its own stream', async () => {
    const { archive, calls } = anArchive()
    const classes = ['pii', 'standard', 'system', 'pii'] as const
    await archive.write(
      aBatch(
        'b',
        classes.map((retentionClass) => aRecord({ retentionClass })),
      ),
    )
    const sent = calls.map(({ DeliveryStreamName, Records }) => [
      DeliveryStreamName,
      Records!.flatMap(({ Data }) => readRecord(Data!)).map((one) => one.retention_class),
    ])
    expect(sent.toSorted()).toEqual([
      ['pii', ['pii', 'pii']],
      ['standard', ['standard']],
      ['system', ['system']],
    ])
  })

  it('sends again only the records that were refused', async () => {
    const { archive, calls } = anArchive((place, call) => call === 1 && place === 1)
    const odd = () => aRecord({ score: Number.NaN }) // each is a record of its own
    await archive.write(aBatch('b', [odd(), odd(), odd()]))
    expect(calls.map(({ Records }) => Records!.length)).toEqual([3, 1])
    expect(calls[1]!.Records![0]).toEqual(calls[0]!.Records![1]!)
  })

  it('keeps a record that is too large beside the lake, and names the place in it', async () => {
    const { archive, documents, held } = anArchive()
    const large = aRecord({
      raw: '\u0001'.repeat(400_000),
      actorName: '\u0001'.repeat(400_000),
      membershipRoles: Array.from({ length: 100_000 }, () => ''),
      receivedAt: '2026-11-21T09:30:00.000Z',
      retentionClass: 'pii',
    })
    const small = () => aRecord({ retentionClass: 'pii' })
    await archive.write(aBatch('b', [small(), large, small()]))
    const [before, shown, after] = documents()
    expect(before.raw).toContain('ViewEvent')
    expect(after.raw).toContain('ViewEvent')
    expect(shown).toMatchObject({ event_id: large.eventId, actor_id: large.actorId! })
    expect(JSON.stringify(shown).length).toBeLessThan(RECORD_BYTES)
    const [[place, bytes]] = [...held] as [[string, Uint8Array]]
    expect(place).toStartWith('large/pii/2026-11-21/')
    expect(readDocument(bytes)).toEqual(large)
    expect(JSON.parse(shown.raw)).toEqual({
      tooLargeForTheLake: { blob: place, bytes: bytes.length },
    })
  })
})
