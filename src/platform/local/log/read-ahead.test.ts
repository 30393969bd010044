import { describe, expect, test } from 'bun:test'
import type { Generation } from './generation'
import { AHEAD, createReadAhead, readingAhead } from './read-ahead'
import { createUnpackedFrames, type PackedFrame } from './unpacked-frames'

const COUNT = 64

/** The frame that begins at a position says where it begins. */
function frame(position: number, bytes = Buffer.from(`${position}\n`)): PackedFrame {
  const packed = Bun.zstdCompressSync(bytes)
  return { position, count: COUNT, packed, unpacked: bytes.length }
}

function aLog() {
  const unpacked = createUnpackedFrames()
  const asked: number[] = []
  const generation = {
    base: 0,
    frameOf(offset: number) {
      asked.push(offset)
      return frame(offset - (offset % COUNT))
    },
  } as Generation
  const readAhead = createReadAhead({ generationAt: () => generation, unpacked })
  const isHere = (place: number) =>
    unpacked.holding(place)?.bytes.toString() === `${place - (place % COUNT)}\n`
  return { unpacked, readAhead, asked, isHere }
}

describe('reading ahead', () => {
  test('has every frame here before it is read, and finds each once', async () => {
    const { readAhead, asked, isHere } = aLog()
    // Three places to a frame, in no order of theirs.
    const places = Array.from({ length: 90 }, (_, n) => ((n * 7) % 30) * COUNT + (n % 3) * 20)
    const beforeReading = readingAhead({ readAhead }, places)
    for (const [at, place] of places.entries()) {
      await beforeReading(at)
      expect(isHere(place)).toBe(true)
    }
    expect(asked).toHaveLength(30)
  })

  test('does not go farther ahead than it says', async () => {
    const { readAhead, asked } = aLog()
    const places = Array.from({ length: 100 }, (_, n) => n * COUNT)
    const beforeReading = readingAhead({ readAhead }, places)
    expect(asked).toHaveLength(AHEAD)
    await beforeReading(0)
    expect(asked).toHaveLength(2 * AHEAD)
    await beforeReading(1)
    expect(asked).toHaveLength(2 * AHEAD)
  })

  test('unpacks a few frames at once, without waiting for another thread', () => {
    const { readAhead, isHere } = aLog()
    expect(readAhead([1, 2, COUNT, 2 * COUNT + 5])).toBeUndefined()
    expect([1, 2, COUNT, 2 * COUNT + 5].every(isHere)).toBe(true)
  })

  test('waits for what another reader has begun', async () => {
    const { unpacked, readAhead, isHere } = aLog()
    const begun = unpacked.unpackSoon([frame(0)])
    const waiting = readAhead([5])
    expect(waiting).toBeDefined()
    await waiting
    expect(isHere(5)).toBe(true)
    await begun
  })
})

describe('the cache of unpacked frames', () => {
  test('does not take what was being unpacked when its records were erased', async () => {
    const unpacked = createUnpackedFrames()
    const work = unpacked.unpackSoon([frame(0)])
    unpacked.forget(0, 128)
    await work
    expect(unpacked.holding(5)).toBeUndefined()
    expect(unpacked.underWay(5)).toBeUndefined()
  })

  test('forgets every frame of a segment, and no other', () => {
    const unpacked = createUnpackedFrames()
    for (const position of [0, 64, 128, 192]) unpacked.unpack(frame(position))
    unpacked.forget(64, 128)
    const isHeld = [63, 64, 191, 192].map((at) => unpacked.holding(at) !== undefined)
    expect(isHeld).toEqual([true, false, false, true])
  })

  test('unpacks so many at a time, and none that is large or does not say how large', async () => {
    const unpacked = createUnpackedFrames()
    const large = frame(0, Buffer.alloc(1024 * 1024))
    expect(unpacked.unpackSoon([large])).toBeUndefined()
    expect(unpacked.unpackSoon([{ ...frame(0), unpacked: undefined }])).toBeUndefined()
    const works = Array.from({ length: 40 }, (_, n) => unpacked.unpackSoon([frame(n * COUNT)]))
    expect(works.filter((work) => work !== undefined)).toHaveLength(32)
    await Promise.all(works)
    expect(unpacked.unpackSoon([frame(0)])).toBeDefined()
  })

  test('leaves what is damaged to whoever reads it', async () => {
    const unpacked = createUnpackedFrames()
    const damaged = () => ({ ...frame(0), packed: Buffer.from('no frame') })
    await unpacked.unpackSoon([frame(COUNT), damaged()])
    expect(unpacked.holding(COUNT)).toBeUndefined()
    expect(unpacked.holding(0)).toBeUndefined()
    expect(unpacked.unpack(damaged())).toBeUndefined()
  })

  test('holds sixteen megabytes and 128 frames at most, and always the latest', () => {
    const unpacked = createUnpackedFrames()
    const held = (to: number) =>
      Array.from({ length: to }, (_, n) => n).filter((n) => unpacked.holding(n * COUNT))
    for (let n = 0; n < 300; n += 1) unpacked.unpack(frame(n * COUNT))
    expect(held(300)).toHaveLength(128)
    for (let n = 300; n < 305; n += 1) unpacked.unpack(frame(n * COUNT, Buffer.alloc(5 << 20)))
    expect(held(305)).toEqual([302, 303, 304])
    const largest = unpacked.unpack(frame(305 * COUNT, Buffer.alloc(17 << 20)))
    expect(held(306)).toEqual([305])
    expect(largest?.bytes).toHaveLength(17 << 20)
  })

  test('gives back the memory of what it no longer holds', () => {
    const unpacked = createUnpackedFrames()
    const first = unpacked.unpack(frame(0))!
    expect(first.bytes.length).toBeGreaterThan(0)
    for (let n = 1; n <= 128; n += 1) unpacked.unpack(frame(n * COUNT))
    expect(first.bytes).toHaveLength(0)
  })
})
