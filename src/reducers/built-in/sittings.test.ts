import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { aRecord } from '../../../tests/support/records'
import { reduceAll, withFields } from '../../../tests/support/reduced'
import { joined, type Sitting } from './sittings'
import { timeOnTask } from './time-on-task'

const iso = (seconds: number) => new Date(Date.UTC(2026, 10, 30, 9) + seconds * 1000).toISOString()

describe('sittings', () => {
  const PAUSE = 50
  const stretch = fc.record({
    from: fc.integer({ min: 0, max: 2_000 }),
    length: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 })),
    task: fc.constantFrom('a', 'b'),
  })
  const stretches = fc
    .array(stretch, { maxLength: 30 })
    .map((list) =>
      list.map(({ from, length, task }): Sitting => ({ from, to: from + length, task })),
    )

  it('are the same in whatever order their stretches come, and their time is what was spent', () => {
    const both = stretches.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(both, ([list, shuffled]) => {
        const places = (of: Sitting[]) => {
          let sittings: Sitting[] = []
          let sum = 0
          for (const one of of) {
            const next = joined(sittings, one, PAUSE)
            sittings = next.sittings
            for (const { ms } of next.spent) sum += ms
          }
          const edges = sittings.map(({ from, to }) => [from, to] as const)
          expect(sum).toBe(edges.reduce((all, [from, to]) => all + to - from, 0))
          return edges
        }
        const edges = places(list)
        expect(places(shuffled)).toEqual(edges)
        // They are in order, and further from each other than a pause may be.
        for (const [at, [from]] of edges.entries()) {
          if (at > 0) expect(from - edges[at - 1]![1]).toBeGreaterThan(PAUSE)
        }
      }),
    )
  })

  it('give time on task that no order changes', () => {
    const seconds = fc.uniqueArray(fc.integer({ min: 0, max: 5_000 }), { maxLength: 30 })
    const both = seconds.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    const minutes = (list: number[]) => {
      const events = list.map((at) =>
        withFields({
          ...aRecord({ eventTime: iso(at), occurredAt: iso(at), receivedAt: iso(6_000) }),
          sent: {},
        }),
      )
      return reduceAll(timeOnTask, events).state.ms
    }
    fc.assert(
      fc.property(both, ([list, shuffled]) => {
        // The model: pauses of 300 s at most, in the order of time.
        const sorted = [...list].sort((a, b) => a - b)
        const pauses = sorted.slice(1).map((at, index) => at - sorted[index]!)
        const model =
          pauses.filter((pause) => pause <= 300).reduce((all, one) => all + one, 0) * 1000
        expect([minutes(list), minutes(shuffled)]).toEqual([model, model])
      }),
      { numRuns: 50 },
    )
  })
})
