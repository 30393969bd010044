import { describe, expect, it } from 'bun:test'
import type { StoredRecord } from '../../platform/live-feed'
import { createHeldRecords } from './held-records'

// A record takes two bytes for each character, and 2 KB beside them.
const KILOBYTE = 1024
const CAPACITY = 80 * KILOBYTE

function stored(kilobytes: number, tenantId = 'a'): StoredRecord {
  const raw = 'x'.repeat(((kilobytes - 2) * KILOBYTE) / 2)
  return { record: { raw, tenantId } as StoredRecord['record'], position: () => 'p' }
}

describe('records that wait in event streams', () => {
  it('are half of all for one tenant, and as many as there is room for in all', () => {
    const held = createHeldRecords(CAPACITY)
    expect([held.take(stored(20)), held.take(stored(20))]).toEqual([true, true])
    expect(held.take(stored(3))).toBe(false)
    expect([held.take(stored(20, 'b')), held.take(stored(10, 'b'))]).toEqual([true, true])
    // A third has one, though it is more than is left, and no second.
    expect([held.take(stored(20, 'c')), held.take(stored(3, 'c'))]).toEqual([true, false])
    expect(held.take(stored(3, 'b'))).toBe(false)
  })

  it('are one of any size for a tenant that has none', () => {
    const held = createHeldRecords(CAPACITY)
    const large = stored(200)
    expect([held.take(large), held.take(stored(3))]).toEqual([true, false])
    held.release(large)
    expect(held.take(stored(200))).toBe(true)
  })

  it('are counted once, however many streams they wait in, and until the last has let go', () => {
    const held = createHeldRecords(CAPACITY)
    const one = stored(20)
    for (let n = 0; n < 100; n += 1) expect(held.take(one)).toBe(true)
    expect(held.take(stored(20))).toBe(true)
    for (let n = 0; n < 99; n += 1) held.release(one)
    expect(held.take(stored(3))).toBe(false)
    held.release(one)
    expect(held.take(stored(20))).toBe(true)
    // It may come again, to another stream.
    expect(held.take(one)).toBe(false)
  })

  it('are tight for a tenant that has more than half of its own, and for no other', () => {
    const held = createHeldRecords(CAPACITY)
    const first = stored(20)
    held.take(first)
    expect(held.isTight('a')).toBe(false)
    const second = stored(3)
    held.take(second)
    expect([held.isTight('a'), held.isTight('b')]).toEqual([true, false])
    held.release(second)
    expect(held.isTight('a')).toBe(false)
  })
})
