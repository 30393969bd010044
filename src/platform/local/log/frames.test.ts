import { describe, expect, test } from 'bun:test'
import { constants, zstdCompressSync } from 'node:zlib'
import { aRecord } from '../../../../tests/support/records'
import { FRAME_LINES, frameAt } from './frames'
import { decoderFor, lineNames } from './line'
import { encodeSegments, LEVEL, lineAt, linesOf, MAX_RECORDS, unzipped } from './segment'

const decode = decoderFor(lineNames)

/** Random bytes do not become smaller, so that zstd stores them as they are. */
function noise(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64')
}

const texts = [
  () => '',
  () => '{"a":"\u2028 \ud83d\ude00 é"}',
  () => noise(30_000),
  () => 'x'.repeat(40_000),
  () => JSON.stringify({ n: crypto.randomUUID() }),
]

function segmentOf(count: number) {
  const receivedAt = '2026-11-15T10:15:00.000Z'
  const records = Array.from({ length: count }, (_, at) => {
    return aRecord({ receivedAt, raw: texts[(at * 7 + count) % texts.length]!() })
  })
  const [segment, ...others] = encodeSegments(records)
  expect(others).toHaveLength(0)
  return { records, segment: segment! }
}

describe('a body of frames', () => {
  for (const count of [1, 2, FRAME_LINES - 1, FRAME_LINES, FRAME_LINES + 1, MAX_RECORDS]) {
    test(`of ${count} lines gives each from its own frame`, () => {
      const { records, segment } = segmentOf(count)
      for (const [at, { eventId, raw }] of records.entries()) {
        const frame = frameAt(segment.body, count, at)
        expect(frame.count).toBeLessThanOrEqual(FRAME_LINES)
        const bytes = unzipped(frame.packed)!
        expect(frame.unpacked).toBe(bytes.length)
        expect([...linesOf(bytes)]).toHaveLength(frame.count)
        expect(decode(lineAt(bytes, at - frame.first))).toMatchObject({ eventId, raw })
      }
    })
  }

  test('is read as one by whoever reads all of it', () => {
    const { records, segment } = segmentOf(MAX_RECORDS)
    const ids = Array.from(linesOf(unzipped(segment.body)!), (line) => decode(line).eventId)
    expect(ids).toEqual(records.map(({ eventId }) => eventId))
  })

  test('that ends within a line has that much of the line, and an end', () => {
    const bytes = unzipped(segmentOf(3).segment.body)!
    const lines = [...linesOf(bytes)]
    const cut = bytes.subarray(0, bytes.length - 2)
    expect([...linesOf(cut)]).toEqual([...lines.slice(0, 2), lines[2]!.slice(0, -1)])
  })

  test('of a former version is one frame of all lines', () => {
    const { segment } = segmentOf(MAX_RECORDS)
    const bytes = unzipped(segment.body)!
    const packed = Bun.zstdCompressSync(bytes, { level: LEVEL })
    const frame = frameAt(packed, MAX_RECORDS, 100)
    expect(frame).toMatchObject({ first: 0, count: MAX_RECORDS, unpacked: bytes.length })
    expect(unzipped(frame.packed)!.equals(bytes)).toBe(true)
  })

  test('of a former version has frames of 64 lines', () => {
    const lines = [...linesOf(unzipped(segmentOf(MAX_RECORDS).segment.body)!)]
    for (const count of [1, 64, 65, 100, MAX_RECORDS]) {
      const frames = [lines.slice(0, Math.min(count, 64)), lines.slice(64, count)]
        .filter((some) => some.length > 0)
        .map((some) => Bun.zstdCompressSync(some.map((line) => `${line}\n`).join('')))
      for (let at = 0; at < count; at += 1) {
        const frame = frameAt(Buffer.concat(frames), count, at)
        expect(frame.count).toBe(at < 64 ? Math.min(count, 64) : count - 64)
        expect(lineAt(unzipped(frame.packed)!, at - frame.first)).toBe(lines[at]!)
      }
    }
  })

  test('of frames that another writer made, with a checksum or in many blocks, is found as well', () => {
    const texts = ['a\n'.repeat(FRAME_LINES), `${noise(400_000)}\n`.repeat(FRAME_LINES / 8)]
    const frames = texts.map((text) =>
      zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    )
    const body = Buffer.concat(frames)
    for (const [at, text] of texts.entries()) {
      const { packed } = frameAt(body, 2 * FRAME_LINES, at * FRAME_LINES + 3)
      expect(unzipped(packed)!.toString() === text).toBe(true)
    }
  })

  test('that ends early, or is none, is given as it is', () => {
    const { body } = segmentOf(MAX_RECORDS).segment
    const others = [0, 1, 4, 5, 9, 100, body.length - 1].map((end) => body.slice(0, end))
    const noises = Array.from({ length: 200 }, (_, n) => crypto.getRandomValues(new Uint8Array(n)))
    // A frame that is followed by something else, and two frames of too few lines.
    const followed = Buffer.concat([body, Buffer.of(0)])
    for (const damaged of [...others, ...noises, followed]) {
      const frame = frameAt(damaged, MAX_RECORDS, MAX_RECORDS - 1)
      expect(frame).toEqual({ first: 0, count: MAX_RECORDS, packed: damaged, unpacked: undefined })
    }
    expect(frameAt(body, FRAME_LINES, 3).packed).toBe(body)
  })
})
