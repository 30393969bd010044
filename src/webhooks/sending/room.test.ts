import { describe, expect, it } from 'bun:test'
import type { Message } from '../message/compose'
import { createBudget } from './budget'
import { createRoom } from './room'

const MAX = 1000
const LARGE = 700

/** Holds bodies until told to release them, and counts the bytes that are held at a time. */
function scene(patienceMs = 1000) {
  const holdBody = createRoom(
    createBudget({ maxBytes: MAX, largeBytes: LARGE, maxLargeBytes: MAX }),
    patienceMs,
  )
  const held = new Map<string, () => void>()
  const most = { held: 0, read: 0 }
  const sizes = new Map<string, number>()
  let reads = 0

  async function hold(name: string, tenantId: string, size: number, signal?: AbortSignal) {
    const read = async () => {
      reads += 1
      return { body: Buffer.alloc(size), headers: {} }
    }
    const use = async ({ body }: Message) => {
      sizes.set(name, body.length)
      most.held = Math.max(
        most.held,
        [...sizes.values()].reduce((sum, one) => sum + one, 0),
      )
      await new Promise<void>((resolve) => held.set(name, resolve))
      sizes.delete(name)
      held.delete(name)
      return name
    }
    return holdBody(tenantId, read, use, signal)
  }
  return { hold, held, most, reads: () => reads, end: (name: string) => held.get(name)?.() }
}

const names = (test: ReturnType<typeof scene>) => [...test.held.keys()].sort()

describe('Room for bodies', () => {
  it('is no larger than the budget, however many want it, and all come to their turn', async () => {
    const test = scene(5000)
    const ended = Array.from({ length: 40 }, (_, n) => test.hold(`${n}`, `tenant ${n % 4}`, 150))
    while (test.most.held === 0) await Bun.sleep(1)
    const timer = setInterval(() => test.held.values().next().value?.(), 2)
    expect(await Promise.all(ended)).toHaveLength(40)
    clearInterval(timer)
    expect(test.most.held).toBeLessThanOrEqual(MAX)
  })

  it('is left free in part by a tenant that wants all of it', async () => {
    const test = scene(200)
    const greedy = Array.from({ length: 20 }, (_, n) =>
      test.hold(`greedy ${n}`, 'a', 100).catch(String),
    )
    await Bun.sleep(30)
    expect(test.held.size).toBe(5)
    const other = test.hold('other', 'b', 300)
    await Bun.sleep(30)
    expect(names(test)).toContain('other')
    test.end('other')
    expect(await other).toBe('other')
    await Bun.sleep(250)
    for (const name of names(test)) test.end(name)
    const fates = await Promise.all(greedy)
    expect(fates.filter((fate) => fate === 'Error: there was no room for its body')).toHaveLength(
      15,
    )
  })

  it('takes one body that is larger than all of it, beside the others', async () => {
    const test = scene()
    const large = ['large', 'larger'].map((name, n) => test.hold(name, 'a', 5000 + n))
    const small = test.hold('small', 'b', 100)
    await Bun.sleep(30)
    expect(names(test)).toEqual(['large', 'small'])
    test.end('large')
    await Bun.sleep(30)
    expect(names(test)).toEqual(['larger', 'small'])
    test.end('larger')
    test.end('small')
    await Promise.all([...large, small])
  })

  it('is left free in part for the large bodies of others', () => {
    const budget = createBudget({ maxBytes: MAX, largeBytes: LARGE, maxLargeBytes: 3 * MAX })
    expect(budget.take('a', 900)).toBeDefined()
    expect(budget.take('a', 900)).toBeUndefined()
    expect(budget.take('b', 900)).toBeDefined()
    expect(budget.take('c', 900)).toBeDefined()
  })

  it('keeps nothing of a body that has to wait, and is asked for no more when that is cut off', async () => {
    const test = scene()
    const stop = new AbortController()
    const first = test.hold('first', 'a', 600)
    await Bun.sleep(10)
    const second = test.hold('second', 'b', 600, stop.signal).catch(String)
    await Bun.sleep(10)
    stop.abort(new Error('stopping'))
    expect(await second).toBe('Error: stopping')
    test.end('first')
    await first
    expect(names(test)).toEqual([])
    expect(test.reads()).toBe(2)
  })
})
