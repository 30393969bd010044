import type { Delivery, DeliveryQueue } from '../../platform/delivery-queue'
import type { Log } from '../../telemetry/log'
import type { AttemptNeeds } from './attempt'
import { createDeliver } from './deliver'
import { createPlaces } from './places'
import { createRoom } from './room'

// No delivery is taken again while it is under way: reading its events from the lake (20 s at most,
// `replays/archived.ts`), waiting for room (5 s) and the attempt (15 s) take less. One that is put off
// because of a failure of our own is tried again after a minute.
const LEASE_MS = 60_000

// A retry may be late by this time; `poke` tells of new deliveries at once.
const POLL_MS = 1000

// How much later than it could a delivery may go that waits for others which drag (`places.ts`).
const LOOK_MS = 100

// An attempt that is under way when we are stopped has so long to end by itself; then it is cut
// off, and made again at the next start. A container is given ten seconds for everything.
const GRACE_MS = 2000

/**
 * The deliverer is the loop that sends due deliveries, until disposed; attempts under way may
 * still end, if they do so soon.
 */
export interface Deliverer extends AsyncDisposable {
  /** Tells that there may be something to send. */
  poke(): void
  /** Resolves once nothing is due and no attempt is under way. */
  drain(): Promise<void>
}

export function createDeliverer(
  needs: AttemptNeeds & { deliveries: DeliveryQueue; log: Log; graceMs?: number },
): Deliverer {
  const { deliveries, registry, log, graceMs = GRACE_MS } = needs
  const places = createPlaces()
  const deliver = createDeliver({ ...needs, holdBody: createRoom(), note: places.note })
  const underWay = new Set<Promise<void>>()
  const waiting: (() => void)[] = []
  const cutOff = new AbortController()
  let wake = Promise.withResolvers<void>()
  let looking: ReturnType<typeof setInterval> | undefined
  let stopping = false

  function poke() {
    wake.resolve()
  }

  async function work() {
    await releaseParked()
    while (!stopping) {
      wake = Promise.withResolvers()
      const asked = waiting.length // a later caller may know of a later delivery
      const { taken, waitMs } = await takeDue()
      for (const delivery of taken ?? []) start(delivery)
      if (taken?.length) continue
      const isIdle = taken !== undefined && underWay.size === 0 && waitMs === undefined
      if (isIdle) for (const tell of waiting.splice(0, asked)) tell()
      const timer = setTimeout(poke, Math.min(waitMs ?? POLL_MS, POLL_MS))
      await wake.promise
      clearTimeout(timer)
    }
  }

  /**
   * Releases parked deliveries: a webhook may have been enabled just before we ended, its
   * deliveries not yet released. What is to go on elsewhere is left to `resumeUnfinished`.
   */
  async function releaseParked() {
    try {
      for (const { tenantId, webhookId, enabled, resuming } of await registry.webhooks.listAll()) {
        if (enabled && resuming === undefined) await deliveries.release(tenantId, webhookId)
      }
    } catch (error) {
      log.error('parked webhook deliveries cannot be released', { reason: String(error) })
    }
  }

  /**
   * Takes due deliveries. They are undefined when the queue cannot be reached, which says nothing about
   * what is due.
   * @returns also in how many milliseconds the pace of a webhook lets one go that is due
   */
  async function takeDue(): Promise<{ taken?: Delivery[]; waitMs?: number | undefined }> {
    const held: ((isUnused: boolean) => void)[] = []
    let waitMs: number | undefined
    function hasPlace(tenantId: string, webhookId: string): boolean {
      const leave = places.take({ tenantId, webhookId })
      if (leave !== undefined) held.push(leave)
      const ownMs = leave === undefined ? places.waitMs(webhookId) : 0
      if (ownMs > 0) waitMs = Math.min(ownMs, waitMs ?? ownMs)
      return leave !== undefined
    }
    try {
      places.learn(await registry.webhooks.listAll())
      return { taken: await deliveries.take(places.free(), LEASE_MS, hasPlace), waitMs }
    } catch (error) {
      log.error('webhook deliveries cannot be read', { reason: (error as Error).message })
      return {}
    } finally {
      // The places of deliveries that were not given after all are left; the others are about to
      // take theirs.
      for (const leave of held) leave(true)
    }
  }

  function start(delivery: Delivery) {
    const leave = places.take(delivery)
    const ended = deliverOrPutOff(delivery).finally(() => {
      leave?.()
      underWay.delete(ended)
      poke()
    })
    underWay.add(ended)
    looking ??= setInterval(look, LOOK_MS)
  }

  /** Gives away places of attempts that drag, for as long as any attempt is under way. */
  function look() {
    if (places.look()) poke()
    if (underWay.size > 0) return
    clearInterval(looking)
    looking = undefined
  }

  async function deliverOrPutOff(delivery: Delivery) {
    const { deliveryId, webhookId } = delivery
    try {
      await deliver(delivery, cutOff.signal)
    } catch (error) {
      // The failure is our own; the delivery comes back when its lease ends.
      log.error('webhook delivery put off', { deliveryId, webhookId, reason: String(error) })
    }
  }

  const working = work()

  return {
    poke,

    drain() {
      const { promise, resolve } = Promise.withResolvers<void>()
      if (stopping) resolve()
      else waiting.push(resolve)
      poke()
      return promise
    },

    async [Symbol.asyncDispose]() {
      stopping = true
      poke()
      const late = new Error('cut off, since the server is stopping')
      const timer = setTimeout(() => cutOff.abort(late), graceMs)
      await working
      await Promise.all(underWay)
      clearTimeout(timer)
      clearInterval(looking)
      for (const tell of waiting.splice(0)) tell()
    },
  }
}
