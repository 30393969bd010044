import fc from 'fast-check'
import type { DeliveryEntry, DeliveryLog } from '../../src/platform/delivery-log'
import type { Delivery, DeliveryQueue, Outgoing } from '../../src/platform/delivery-queue'
import { aDelivery, anAttempt, start } from './webhooks'

/** What is asked of a queue in a test of random calls. */
export type AnyQueue = Omit<DeliveryQueue & DeliveryLog, 'erase' | 'list'> & {
  erase(tenantId: string, erasure: { eventIds: readonly string[] }): Promise<unknown>
  list(
    tenantId: string,
    webhookId: string,
    page: { limit: number },
  ): Promise<{ items: DeliveryEntry[] }>
}

export interface Step {
  name: string
  /** Time passes, ms. */
  ms?: number
  /** Something is called, and answers the same in both. */
  call?(queue: AnyQueue): Promise<unknown>
  /** The process ends, and another goes on. */
  isRestart?: true
}

export const LEASE = 30_000
export const webhookIds = ['whk_0', 'whk_1']
const events = ['urn:a', 'urn:b', 'urn:c', 'urn:d', 'urn:e']
const byId = <T extends Delivery>(taken: readonly T[]) =>
  taken.toSorted((a, b) => a.deliveryId.localeCompare(b.deliveryId))

/**
 * Makes arbitrary calls for so many deliveries to two webhooks of one tenant.
 * @param lanes those that deliveries may be in
 */
export function arbitraryStep(count: number, lanes = ['x', 'y']): fc.Arbitrary<Step> {
  const places = Array.from({ length: count }, (_, n) => n)
  const idOf = (n: number) => `msg_property_${n}`
  const id = fc.constantFrom(...places.map(idOf))
  const webhookId = fc.constantFrom(...webhookIds)
  const delay = fc.constantFrom(0, 1000, 5000, 60_000)
  const outgoing: fc.Arbitrary<Outgoing> = fc
    .record({
      n: fc.constantFrom(...places),
      eventIds: fc.uniqueArray(fc.constantFrom(...events), { minLength: 1, maxLength: 3 }),
      lane: fc.constantFrom(undefined, undefined, ...lanes),
      isHeld: fc.constantFrom(undefined, undefined, true),
      maxEvents: fc.constantFrom(undefined, 3, 4),
      delayMs: fc.option(delay, { nil: undefined }),
    })
    .map(({ n, eventIds, lane, isHeld, maxEvents, delayMs }) => ({
      ...aDelivery({ deliveryId: idOf(n), webhookId: webhookIds[n % 2]!, eventIds }),
      enqueuedAt: new Date(start.getTime() + n * 1000).toISOString(),
      ...(lane && { lane }),
      ...(isHeld && { isHeld }),
      ...(delayMs !== undefined && { delayMs }),
      ...(maxEvents && { join: { maxEvents, maxBytes: 1000 }, bytes: 10 }),
    }))
  const bad = anAttempt({ status: 500, error: 'HTTP 500', latencyMs: 40 })
  const failed = fc.option(fc.constant(bad), { nil: undefined })
  const told = (one: Outgoing) =>
    [one.deliveryId, one.lane, one.isHeld && 'held', one.join?.maxEvents, one.eventIds].join(' ')

  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(fc.array(outgoing, { minLength: 1, maxLength: 3 }), delay).map(
        ([some, ms]): Step => ({
          name: `enqueue ${some.map(told)} in ${ms}`,
          call: (queue) => queue.enqueue(some, ms),
        }),
      ),
    },
    {
      weight: 3,
      arbitrary: fc.constant<Step>({
        name: 'take',
        call: async (queue) => byId(await queue.take(100, LEASE)),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(id, fc.option(fc.constant(anAttempt()), { nil: undefined, freq: 2 })).map(
        ([one, attempt]): Step => ({
          name: `done ${one} ${attempt && 'well'}`,
          call: (queue) => queue.done(one, attempt),
        }),
      ),
    },
    fc.tuple(id, delay, failed).map(
      ([one, ms, attempt]): Step => ({
        name: `retry ${one} in ${ms} ${attempt && 'after an attempt'}`,
        call: (queue) => queue.retry(one, ms, 'HTTP 500', attempt),
      }),
    ),
    fc.tuple(id, failed).map(
      ([one, attempt]): Step => ({
        name: `bury ${one} ${attempt && 'after an attempt'}`,
        call: (queue) => queue.bury(one, 'HTTP 410', attempt),
      }),
    ),
    fc.tuple(id, fc.option(fc.constant('HTTP 410'), { nil: undefined }), failed).map(
      ([one, why, attempt]): Step => ({
        name: `park ${one} ${why} ${attempt && 'after an attempt'}`,
        call: (queue) => queue.park(one, why, attempt),
      }),
    ),
    fc.tuple(webhookId, fc.constantFrom('release', 'drop')).map(
      ([webhook, what]): Step => ({
        name: `${what} ${webhook}`,
        call: (queue) => queue[what as 'release' | 'drop']('north', webhook),
      }),
    ),
    webhookId.map(
      (webhook): Step => ({
        name: `skip ${webhook}`,
        call: (queue) => queue.skip('north', webhook, 'skipped'),
      }),
    ),
    fc.tuple(webhookId, id).map(
      ([webhook, one]): Step => ({
        name: `again ${webhook} ${one}`,
        call: (queue) => queue.again('north', webhook, one),
      }),
    ),
    fc.tuple(webhookId, fc.constantFrom(1, 10)).map(
      ([webhook, limit]): Step => ({
        name: `again ${limit} of ${webhook}`,
        call: (queue) => queue.againAll('north', webhook, limit),
      }),
    ),
    fc.constantFrom(...events).map(
      (event): Step => ({
        name: `erase ${event}`,
        call: (queue) => queue.erase('north', { eventIds: [event] }),
      }),
    ),
    fc.constantFrom(1000, 5000, LEASE, 60_000).map((ms): Step => ({ name: `wait ${ms}`, ms })),
  )
}

/** Asks a queue for everything that it says of itself. */
export async function shown(queue: AnyQueue) {
  const of = async (webhookId: string) => ({
    dead: byId(await queue.listDead('north', webhookId, 100)),
    parked: byId(await queue.listParked('north', webhookId, 100)),
    list: (await queue.list('north', webhookId, { limit: 100 })).items,
    backlog: await queue.backlog('north', webhookId),
    figures: await queue.figures('north', webhookId, start.toISOString()),
  })
  return { of: await Promise.all(webhookIds.map(of)), stats: await queue.stats() }
}
