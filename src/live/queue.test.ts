import { describe, expect, it } from 'bun:test'
import { aRecord } from '../../tests/support/records'
import { type Held, heldOf } from './held'
import { createQueue } from './queue'
import { createShares } from './shares'

const MEGABYTE = 1024 * 1024

function aHeld(raw = '{}', tenantId = 'default'): Held {
  return heldOf({ record: aRecord({ raw, tenantId }), position: () => '' })
}

function aQueue(queueBytes = 64 * MEGABYTE) {
  const memory = createShares(queueBytes)
  let waiting = 0
  const queue = createQueue(memory, (change) => {
    waiting += change
  })
  return { queue, memory, waiting: () => waiting }
}

function takeAll(queue: ReturnType<typeof createQueue>): Held[] {
  const taken: Held[] = []
  for (let one = queue.shift(); one !== undefined; one = queue.shift()) taken.push(one)
  return taken
}

describe('a queue', () => {
  it('gives what it was given, in order, whatever is taken and left out in between', () => {
    const { queue, memory, waiting } = aQueue()
    const expected: Held[] = []
    const taken: Held[] = []
    // More comes than is taken, and then less; now and then something is left out.
    for (let turn = 0; turn < 4000; turn += 1) {
      if (turn % 3 !== 0 || turn < 1500) {
        const one = aHeld()
        if (queue.add(one)) expected.push(one)
      }
      if (turn % 2 === 0 || turn > 1500) {
        const next = queue.shift()
        expect(next).toBe(expected.shift()!)
        taken.push(next!)
      }
      if (turn % 97 === 0) {
        const isKept = ({ number }: Held) => number % 5 !== 0
        queue.retain(isKept)
        expected.splice(0, expected.length, ...expected.filter(isKept))
      }
      expect([queue.size, waiting()]).toEqual([expected.length, expected.length])
    }
    expect(taken.length).toBeGreaterThan(1000)
    expect(takeAll(queue)).toEqual(expected)
    expect([queue.size, waiting(), memory.taken()]).toEqual([0, 0, 0])
    expect(queue.shift()).toBeUndefined()
  })

  it('has room for a thousand, for 4 MB, and for one that is larger than that', () => {
    const { queue } = aQueue()
    const count = (raw: string) => {
      let added = 0
      while (queue.add(aHeld(raw))) added += 1
      takeAll(queue)
      return added
    }
    expect(count('{}')).toBe(1000)
    // A character is counted as two bytes, and 2 KB a record beside them.
    expect(count('x'.repeat(MEGABYTE / 2 - 2048))).toBe(4)
    expect(count('x'.repeat(5 * MEGABYTE))).toBe(1)
  })

  it('takes none for which its tenant has no memory, and gives back what it took, once', () => {
    const one = aHeld('x'.repeat(10_000))
    const { queue, memory, waiting } = aQueue(2 * one.bytes)
    const { queue: another } = aQueue()
    expect([queue.add(one), queue.add(aHeld())]).toEqual([true, false])
    expect([waiting(), memory.taken()]).toEqual([1, one.bytes])
    expect(another.add(aHeld())).toBe(true)
    queue.retain(() => false)
    expect([waiting(), memory.taken(), one.holders]).toEqual([0, 0, 0])
  })

  it('keeps nothing of what was taken', () => {
    const { queue } = aQueue()
    function taken() {
      for (let n = 0; n < 10; n += 1) queue.add(aHeld())
      return Array.from({ length: 9 }, () => new WeakRef(queue.shift()!))
    }
    const refs = taken()
    // The stack of the engine may still name the last one.
    Bun.gc(true)
    expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1)
    expect(queue.size).toBe(1)
  })

  it('does not grow while it never empties, and is quick', () => {
    const { queue } = aQueue()
    const one = aHeld()
    for (let n = 0; n < 999; n += 1) queue.add(one)
    Bun.gc(true)
    const before = process.memoryUsage().heapUsed
    const begun = performance.now()
    for (let n = 0; n < 4_000_000; n += 1) {
      queue.add(one)
      queue.shift()
    }
    const ms = performance.now() - begun
    Bun.gc(true)
    // So many references would take 32 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * MEGABYTE)
    expect(queue.size).toBe(999)
    // To move a thousand references each time took ten times as long.
    expect(ms).toBeLessThan(2000)
  })
})
