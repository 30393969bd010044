import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { cut } from './cut'

const queues = fc.array(
  fc.integer({ min: 1, max: 300_000 }).map((length) => ({ text: { length } as string })),
  { maxLength: 300 },
)

describe('a queue is cut into requests', () => {
  it('without losing, doubling or mixing anything', () => {
    fc.assert(
      fc.property(queues, fc.integer({ min: 1, max: 100 }), (queue, most) => {
        const cuts: (typeof queue)[] = []
        let rest = queue
        while (rest.length > 0) {
          const one = cut(rest, most)
          expect(one.length).toBeWithin(1, most + 1)
          // The oldest goes first, whatever its size.
          expect(one[0]).toBe(rest[0]!)
          cuts.push(one)
          rest = rest.filter((event) => !one.includes(event))
        }
        expect(new Set(cuts.flat())).toEqual(new Set(queue))
        expect(cuts.flat().length).toBe(queue.length)
        for (const one of cuts) {
          const chars = one.reduce((all, { text }) => all + text.length, 0)
          expect(chars <= 256 * 1024 || one.length === 1).toBe(true)
        }
      }),
    )
  })

  it('that have so much room at most, however many bytes a character has', () => {
    const events = ['é', 'xx', 'ééé', 'x'].map((text) => ({ text }))
    const bytes = (text: string) => Buffer.byteLength(text)
    const within = (room: number) => cut(events, 9, room, bytes).map(({ text }) => text)
    expect(within(2)).toEqual(['x'])
    expect(within(5)).toEqual(['é', 'x'])
    expect(within(99)).toEqual(['é', 'xx', 'ééé', 'x'])
    expect(within(-3)).toEqual([])
  })

  it('which nothing is of nothing', () => {
    expect(cut([], 10)).toEqual([])
  })
})
