import { describe, expect, test } from 'bun:test'
import { constants, zstdCompressSync } from 'node:zlib'
import { aRecord } from '../../../../tests/support/records'
import { frameAt } from './frames'
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

const receivedAt = '2026-11-15T10:15:00.000Z'
const recordsOf = (count: number) =>
  Array.from({ length: count }, (_, at) => {
    return aRecord({ receivedAt, raw: texts[(at * 7 + count) % texts.length]!() })
  })

function segmentOf(count: number) {
  const records = recordsOf(count)
  const [segment, ...others] = encodeSegments(records)
  expect(others).toHaveLength(0)
  return { records, segment: segment! }
}

/** Makes a body as versions before wrote it. @param lines are in each frame, but for the last */
function formerBody(count: number, lines: number) {
  const all = [...encodeSegments(recordsOf(count))].flatMap(({ body }) => [
    ...linesOf(unzipped(body)!),
  ])
  const frames: Uint8Array[] = []
  for (let from = 0; from < count; from += lines) {
    const some = all.slice(from, from + lines).map((line) => `${line}\n`)
    frames.push(Bun.zstdCompressSync(some.join(''), { level: LEVEL }))
  }
  return { body: Buffer.concat(frames), lines: all }
}

describe('a body of frames', () => {
  for (const count of [1, 2, MAX_RECORDS]) {
    test(`of ${count} lines is one, and gives each of them`, () => {
      const { records, segment } = segmentOf(count)
      for (const [at, { eventId, raw }] of records.entries()) {
        const frame = frameAt(segment.body, count, at)
        expect(frame).toMatchObject({ first: 0, count, unpacked: segment.unpacked })
        const bytes = unzipped(frame.packed)!
        expect([...linesOf(bytes)]).toHaveLength(count)
        expect(decode(lineAt(bytes, at))).toMatchObject({ eventId, raw })
      }
    })
  }

  test('is read as one by whoever reads all of it', () => {
    const { body, lines } = formerBody(100, 32)
    expect([...linesOf(unzipped(body)!)]).toEqual(lines)
  })

  test('that ends within a line has that much of the line, and an end', () => {
    const bytes = unzipped(segmentOf(3).segment.body)!
    const lines = [...linesOf(bytes)]
    const cut = bytes.subarray(0, bytes.length - 2)
    expect([...linesOf(cut)]).toEqual([...lines.slice(0, 2), lines[2]!.slice(0, -1)])
  })

  test('of a former version is one frame of all lines', () => {
    const { body, lines } = formerBody(128, 128)
    const frame = frameAt(body, 128, 100)
    expect(frame).toMatchObject({ first: 0, count: 128, packed: body })
    expect(lineAt(unzipped(frame.packed)!, 100)).toBe(lines[100]!)
  })

  for (const perFrame of [32, 64]) {
    test(`of a former version has frames of ${perFrame} lines`, () => {
      for (const count of [1, perFrame - 1, perFrame, perFrame + 1, 100, 128]) {
        const { body, lines } = formerBody(count, perFrame)
        for (let at = 0; at < count; at += 1) {
          const frame = frameAt(body, count, at)
          const first = at - (at % perFrame)
          expect(frame).toMatchObject({ first, count: Math.min(perFrame, count - first) })
          expect(lineAt(unzipped(frame.packed)!, at - first)).toBe(lines[at]!)
        }
      }
    })
  }

  test('of frames that another writer made, with a checksum or in many blocks, is found as well', () => {
    const texts = ['a\n'.repeat(32), `${noise(400_000)}\n`.repeat(4)]
    const frames = texts.map((text) =>
      zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    )
    const body = Buffer.concat(frames)
    for (const [at, text] of texts.entries()) {
      const { packed } = frameAt(body, 36, at * 32 + 3)
      expect(unzipped(packed)!.toString() === text).toBe(true)
    }
  })

  test('that ends early, or is none, is given as it is', () => {
    const { body } = formerBody(128, 32)
    const others = [0, 1, 4, 5, 9, 100, body.length - 1].map((end) => body.slice(0, end))
    const noises = Array.from({ length: 200 }, (_, n) => crypto.getRandomValues(new Uint8Array(n)))
    // A frame that is followed by something else, and two frames of too few lines.
    const followed = Buffer.concat([body, Buffer.of(0)])
    for (const damaged of [...others, ...noises, followed]) {
      const frame = frameAt(damaged, 128, 127)
      expect(frame).toEqual({ first: 0, count: 128, packed: damaged, unpacked: undefined })
    }
    expect(frameAt(body, 32, 3).packed).toBe(body)
  })
})
