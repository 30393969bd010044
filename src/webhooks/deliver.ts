import type { Delivery, DeliveryQueue } from '../platform/delivery-queue'
import type { Log } from '../telemetry/log'
import { type AttemptNeeds, createAttempt } from './attempt'
import { createSettle } from './settle'

// Attempts mostly wait for the network. Sixteen at once, of bodies up to 256 KB, are a few megabytes.
const MAX_IN_FLIGHT = 16

// Of one webhook; only one while it fails. So four slow targets, or sixteen dead ones, are needed
// before anyone else has to wait for them.
const MAX_PER_WEBHOOK = 4

// Twice the time-out of an attempt: none is taken again while it runs, and what was put off because
// of a failure of our own is tried again after half a minute.
const LEASE_MS = 30_000

// `poke` tells of new deliveries at once; this is how late a retry may be.
const POLL_MS = 1000

/** Sends what is due, until disposed; disposing lets the attempts under way end. */
export interface Deliverer extends AsyncDisposable {
  /** There may be something to send. */
  poke(): void
  /** Resolves once nothing is due and no attempt is under way. */
  drain(): Promise<void>
}

export function createDeliverer(
  needs: AttemptNeeds & { deliveries: DeliveryQueue; log: Log },
): Deliverer {
  const { deliveries, log } = needs
  const attempt = createAttempt(needs)
  const settle = createSettle(needs)
  const underWay = new Set<Promise<void>>()
  const inFlight = new Map<string, number>()
  const failing = new Set<string>()
  const waiting: (() => void)[] = []
  let wake = Promise.withResolvers<void>()
  let stopping = false

  function poke() {
    wake.resolve()
  }

  function room(webhookId: string): number {
    const most = failing.has(webhookId) ? 1 : MAX_PER_WEBHOOK
    return most - (inFlight.get(webhookId) ?? 0)
  }

  async function work() {
    while (!stopping) {
      wake = Promise.withResolvers()
      const asked = waiting.length // who asks later may know of something enqueued later
      const taken = await takeDue()
      for (const delivery of taken ?? []) start(delivery)
      if (taken?.length) continue
      if (taken && underWay.size === 0) for (const tell of waiting.splice(0, asked)) tell()
      const timer = setTimeout(poke, POLL_MS)
      await wake.promise
      clearTimeout(timer)
    }
  }

  /** @returns undefined when the queue cannot be reached, which says nothing about what is due */
  async function takeDue(): Promise<Delivery[] | undefined> {
    const places = MAX_IN_FLIGHT - underWay.size
    if (places === 0) return []
    return deliveries.take(places, LEASE_MS, room).catch((error) => {
      log.error('webhook deliveries cannot be read', { reason: error.message })
      return undefined
    })
  }

  function start(delivery: Delivery) {
    const { webhookId } = delivery
    inFlight.set(webhookId, (inFlight.get(webhookId) ?? 0) + 1)
    const ended = deliver(delivery).finally(() => {
      const left = inFlight.get(webhookId)! - 1
      if (left === 0) inFlight.delete(webhookId)
      else inFlight.set(webhookId, left)
      underWay.delete(ended)
      poke()
    })
    underWay.add(ended)
  }

  async function deliver(delivery: Delivery) {
    const { deliveryId, webhookId } = delivery
    try {
      const verdict = await attempt(delivery)
      if (verdict.kind === 'done') failing.delete(webhookId)
      else failing.add(webhookId)
      await settle(delivery, verdict)
    } catch (error) {
      // Ours to mend; the delivery comes back when its lease ends.
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
      await working
      await Promise.all(underWay)
      for (const tell of waiting.splice(0)) tell()
    },
  }
}
