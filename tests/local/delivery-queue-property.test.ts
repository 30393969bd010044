import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createDeliveryQueue, deliveryQueueSchema } from '../../src/platform/local/delivery-queue'
import { aClock } from '../support/deliveries'
import { aDeliveryModel } from '../support/delivery-model'
import { arbitraryStep, shown } from '../support/delivery-steps'

describe('The queue on SQLite', () => {
  it('does what a list in memory does, whatever is asked of both', async () => {
    const plan = fc.array(arbitraryStep(6), { minLength: 5, maxLength: 60 })
    const property = fc.asyncProperty(plan, async (steps) => {
      const clock = aClock()
      using db = new Database(':memory:', { strict: true })
      db.run(deliveryQueueSchema)
      using queue = createDeliveryQueue(db, clock)
      const model = aDeliveryModel(clock)
      for (const { call, ms } of steps) {
        if (ms !== undefined) clock.advance(ms)
        if (call === undefined) continue
        expect(await call(queue)).toEqual(await call(model))
      }
      expect(await shown(queue)).toEqual(await shown(model))
    })
    const numRuns = Number(process.env.NONIUS_PROPERTY_RUNS ?? 150)
    await fc.assert(property, { numRuns })
  }, 60_000)
})
