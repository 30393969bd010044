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
        for (let rest = queue; rest.length > 0; rest = rest.slice(cuts.at(-1)!.length)) {
          cuts.push(cut(rest, most))
          expect(cuts.at(-1)!.length).toBeWithin(1, most + 1)
        }
        expect(cuts.flat()).toEqual(queue)
        for (const one of cuts) {
          const chars = one.reduce((all, { text }) => all + text.length, 0)
          expect(chars <= 256 * 1024 || one.length === 1).toBe(true)
        }
      }),
    )
  })

  it('which nothing is of nothing', () => {
    expect(cut([], 10)).toEqual([])
  })
})
