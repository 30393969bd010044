import { expect, it } from 'bun:test'
import { aRecord } from '../../../../tests/support/records'
import type { EventRecord } from '../../../event/record'
import { decoderFor, encodeLine, lineNames, stampedFields } from './line'
import { encodeSegments, linesOf, unzipped } from './segment'

const decode = decoderFor(lineNames)

it('reads back what was sent, also where SQL is given another text', () => {
  for (const raw of ['{"a":"\\ud800"}', '{"a":"\\udc00\\ud800"}', '{"a":"\\u0000"}', '{"a":1}']) {
    const { head, raw: last } = encodeLine(aRecord({ raw }))
    expect(decode(head + last).raw).toBe(raw)
  }
})

it('writes the stamps of each record, whatever the one before it had', () => {
  const other: Partial<EventRecord> = {
    tenantId: 'other',
    sourceId: 'other',
    receivedAt: '2026-03-03T00:00:00.000Z',
    storedAt: '2026-03-04T00:00:00.000Z',
    expiresAt: '2026-03-05T00:00:00.000Z',
    skewMs: 7,
    server: { subject: 'other', requestId: 'other' },
    repair: { by: 'key_2', at: '2026-03-02T08:00:00.000Z', paths: ['/type'] },
  }
  expect(Object.keys(other).sort()).toEqual([...stampedFields].sort())
  const records: EventRecord[] = []
  for (const [field, value] of Object.entries(other)) {
    const one = aRecord()
    records.push(one, { ...one, [field]: value }, one)
  }
  const lines = [...encodeSegments(records)].flatMap(({ body }) => [...linesOf(unzipped(body)!)])
  for (const [at, line] of lines.entries()) {
    const read = decode(line)
    for (const field of stampedFields) {
      expect([at, field, read[field] ?? undefined]).toEqual([
        ...[at, field],
        records[at]![field] ?? undefined,
      ])
    }
  }
})
