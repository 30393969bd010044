import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createDeliveryQueue, deliveryQueueSchema } from '../../src/platform/local/delivery-queue'
import { aClock } from '../support/deliveries'
import { aDeliveryModel } from '../support/delivery-model'
import { arbitraryStep, type Step, shown } from '../support/delivery-steps'

type Plan = fc.Arbitrary<Step[]>

/** Asks a queue and a model for the same, and compares all that they say. */
function same(plan: Plan) {
  return fc.asyncProperty(plan, async (steps) => {
    const clock = aClock()
    using db = new Database(':memory:', { strict: true })
    db.run(deliveryQueueSchema)
    let queue = createDeliveryQueue(db, clock)
    const model = aDeliveryModel(clock)
    for (const { call, ms, isRestart } of steps) {
      if (ms !== undefined) clock.advance(ms)
      if (isRestart) {
        queue[Symbol.dispose]()
        queue = createDeliveryQueue(db, clock)
        model.restart()
      }
      if (call === undefined) continue
      expect(await call(queue)).toEqual(await call(model))
    }
    expect(await shown(queue)).toEqual(await shown(model))
    queue[Symbol.dispose]()
  })
}

const numRuns = Number(process.env.NONIUS_PROPERTY_RUNS ?? 100)

describe('The queue on SQLite', () => {
  it('does what a list in memory does, whatever is asked of both', async () => {
    const plan = fc.array(arbitraryStep(6), { minLength: 5, maxLength: 60 })
    await fc.assert(same(plan), { numRuns })
  }, 60_000)

  it('does so over restarts, after which what was taken is due', async () => {
    const restart: Step = { name: 'restart', isRestart: true }
    const step = fc.oneof({ weight: 12, arbitrary: arbitraryStep(6, []) }, fc.constant(restart))
    const plan = fc.array(step, { minLength: 5, maxLength: 60 })
    await fc.assert(same(plan), { numRuns })
  }, 60_000)
})
