import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { aRecord } from '../../../../tests/support/records'
import type { EventRecord } from '../../../event/record'
import { writeHead } from './head'
import { decoderFor, encodeLine, lineNames } from './line'
import { createLineBytes } from './line-bytes'
import { encodeSegments, linesOf } from './segment'

const odd = ['\t', '\n', '\r', '\x01', '\x1f', '\x02', '\x00', '\x7f', '\u0085', '\u2028', '😀']
const text = fc.oneof(
  { weight: 80, arbitrary: fc.constantFrom('Ada', 'é', '😀', 'https://example.edu/1') },
  fc.constantFrom('', 'Ada', 'a/b', ...odd.map((char) => `a${char}b`), ...odd),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const texts = fc.array(text, { maxLength: 3 })
const number = fc.constantFrom(
  0,
  -0,
  1.5,
  1e21,
  1e-7,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
)
const time = fc.constant('2026-11-30T10:00:00.000Z')

const fields = {
  ...Object.fromEntries(
    [
      ...['standardVersion', 'action', 'profile', 'actorId', 'actorType', 'actorName', 'objectId'],
      ...['objectType', 'objectName', 'targetId', 'generatedId', 'generatedType', 'groupId'],
      ...['sessionId', 'edAppId', 'category', 'commonAction', 'memberId', 'courseId', 'courseName'],
      ...['attemptId', 'assignableId', 'organizationId', 'sentSha256'],
    ].map((name) => [name, maybe(text)]),
  ),
  ...{ type: text, eventId: text, tenantId: text, sourceId: text },
  ...{ membershipRoles: maybe(texts), governedBy: maybe(texts), issueCodes: texts },
  ...{ score: maybe(number), maxScore: maybe(number), durationMs: maybe(number) },
  ...{ sequence: maybe(number), retentionDays: maybe(number), sampleRate: maybe(number) },
  ...{ success: maybe(fc.boolean()), completion: maybe(fc.boolean()), conformant: fc.boolean() },
  ...{ sendTime: maybe(time), occurredAt: maybe(time), eventTimeEnd: maybe(time) },
  ...{ storedAt: maybe(time), repair: maybe(fc.constant({ by: 'a\tb', at: 'x', paths: ['/a'] })) },
  raw: fc.constantFrom(
    '{}',
    '{"a":"é😀\u2028"}',
    '{\t"a":\r\n1}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
  ),
}
const records = fc
  .record(fields)
  .map((some) =>
    aRecord({ ...some, expiresAt: '2027-01-01T00:00:00.000Z' } as Partial<EventRecord>),
  )

describe('a head that is written as it is', () => {
  it('stands only where it is what going through the columns makes', () => {
    let plain = 0
    fc.assert(
      fc.property(records, (record) => {
        const { head } = encodeLine(record)
        const into = createLineBytes()
        // It grows several times.
        into.bytes = Buffer.alloc(1)
        // It has been made one line by then, as a segment does it.
        if (!writeHead(into, record)) {
          expect(into.end).toBe(0)
          return
        }
        const own = into.bytes.toString('utf8', 0, into.end)
        plain += 1
        expect(Buffer.from(head).toString().startsWith(own)).toBe(true)
      }),
      { numRuns: 1000 },
    )
    expect(plain).toBeGreaterThan(100)
  })

  it('and every line is read back as what it was made of', () => {
    const decode = decoderFor(lineNames)
    fc.assert(
      fc.property(fc.array(records, { minLength: 1, maxLength: 5 }), (list) => {
        const slow = list.map((record) => {
          const { head, raw, isEscaped } = encodeLine({ ...record })
          return { line: head + raw, isEscaped }
        })
        const segments = [...encodeSegments(list.map((record) => ({ ...record })))]
        const lines = segments.flatMap(({ body }) => [
          ...linesOf(Buffer.from(Bun.zstdDecompressSync(body))),
        ])
        expect(lines).toEqual(slow.map(({ line }) => Buffer.from(line).toString()))
        const isEscaped = segments.some((segment) => segment.isEscaped)
        expect(isEscaped).toBe(slow.some((one) => one.isEscaped))
        for (const line of lines) expect(decode(line).kind).toBe('event')
      }),
      { numRuns: 200 },
    )
  })
})
