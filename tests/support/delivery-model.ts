import type { DeliveryEntry, DeliveryStatus } from '../../src/platform/delivery-log'
import type { AttemptRecord, Delivery, Outgoing } from '../../src/platform/delivery-queue'
import { bucketOf } from '../../src/syntax/latency'
import type { AnyQueue } from './delivery-steps'

interface Held {
  delivery: Delivery
  status: DeliveryStatus
  seq: number
  tries: AttemptRecord[]
  dueAt: number
  /** It was taken, until then, and has not ended since. */
  takenUntil?: number | undefined
  /** Events of it were erased while it was taken. */
  isErased?: boolean
  endedAt?: string
  reason?: string
}

/** A queue in memory, as simple as its promises: one list, looked through for everything. */
export function aDeliveryModel(clock: { now(): Date }): AnyQueue & { restart(): void } {
  let all: Held[] = []
  let seq = 0
  const open = new Map<string, { held: Held; bytes: number }>()
  const counted = new Map<string, { isWell: boolean; latencyMs: number }[]>()
  const now = () => clock.now().getTime()
  const iso = () => clock.now().toISOString()

  const of = (webhookId: string, ...statuses: DeliveryStatus[]) =>
    all
      .filter(
        ({ delivery, status }) => delivery.webhookId === webhookId && statuses.includes(status),
      )
      .sort((a, b) => a.seq - b.seq)
  const get = (deliveryId: string, ...statuses: DeliveryStatus[]) =>
    all.find(
      ({ delivery, status }) => delivery.deliveryId === deliveryId && statuses.includes(status),
    )
  const isTaken = ({ takenUntil = 0 }: Held) => takenUntil > now()

  function isItsTurn(held: Held): boolean {
    const { lane, webhookId } = held.delivery
    if (lane === undefined) return true
    const inLane = of(webhookId, 'pending').filter(({ delivery }) => delivery.lane === lane)
    return (inLane.find(({ takenUntil }) => takenUntil !== undefined) ?? inLane[0]) === held
  }

  function close(held: Held) {
    for (const [key, one] of open) if (one.held === held) open.delete(key)
  }

  function remove(held: Held) {
    close(held)
    all = all.filter((one) => one !== held)
  }

  function move(held: Held, status: DeliveryStatus, more: Partial<Held> = {}) {
    close(held)
    const ended = { takenUntil: undefined, isErased: false, endedAt: undefined, reason: undefined }
    Object.assign(held, { status, ...ended })
    Object.assign(held, more)
  }

  function count(held: Held, isWell: boolean, attempt: AttemptRecord | undefined) {
    if (attempt === undefined) return
    const { webhookId } = held.delivery
    const { latencyMs, response, ...rest } = attempt
    held.tries.push({ latencyMs, ...rest, ...(!held.isErased && { response }) })
    counted.set(webhookId, [...(counted.get(webhookId) ?? []), { isWell, latencyMs }])
  }

  function fail(held: Held, reason: string) {
    const { attempts } = held.delivery
    held.delivery = { ...held.delivery, attempts: attempts + 1, lastFailure: reason }
  }

  function add(outgoing: Outgoing, delayMs: number) {
    const { join, bytes = 0, isHeld = false, delayMs: own = delayMs, ...delivery } = outgoing
    if (get(delivery.deliveryId, 'pending', 'held', 'delivered')) return
    const dead = get(delivery.deliveryId, 'failed')
    if (dead) remove(dead)
    const key = JSON.stringify([delivery.webhookId, delivery.lane, isHeld])
    const latest = open.get(key)
    const isFull = (events: number, size: number) =>
      join !== undefined && (events >= join.maxEvents || size >= join.maxBytes)
    if (join !== undefined && latest !== undefined) {
      const { held } = latest
      const has = held.delivery.eventIds
      const size = latest.bytes + bytes
      if (has.length + delivery.eventIds.length <= join.maxEvents && size <= join.maxBytes) {
        const eventIds = [...new Set([...has, ...delivery.eventIds])]
        held.delivery = { ...held.delivery, eventIds }
        latest.bytes = size
        if (!isFull(eventIds.length, size)) return
        open.delete(key)
        held.dueAt = now()
        return
      }
    }
    const full = isFull(delivery.eventIds.length, bytes)
    const held: Held = {
      ...{ delivery, status: isHeld ? 'held' : 'pending', seq: seq++, tries: [] },
      dueAt: now() + (full ? 0 : own),
    }
    all.push(held)
    if (join !== undefined && !full) open.set(key, { held, bytes })
    else if (join !== undefined || delivery.lane !== undefined) open.delete(key)
  }

  function again(held: Held) {
    const { lastFailure: _, ...rest } = held.delivery
    move(held, 'pending', { dueAt: now() })
    held.delivery = { ...rest, attempts: 0 }
  }

  const deadOf = ({ delivery, reason, endedAt }: Held) => ({
    ...{ ...delivery, reason: reason!, buriedAt: endedAt! },
  })

  function entryOf(held: Held): DeliveryEntry {
    const { delivery, status, tries, dueAt, endedAt, reason } = held
    return {
      ...{ ...delivery, status, tries },
      ...(status === 'pending' &&
        isItsTurn(held) && { nextAttemptAt: new Date(dueAt).toISOString() }),
      ...(endedAt !== undefined && { endedAt }),
      ...(reason !== undefined && { reason }),
    }
  }

  return {
    restart() {
      open.clear()
      for (const held of all) Object.assign(held, { takenUntil: undefined, isErased: false })
    },

    async enqueue(deliveries, delayMs = 0) {
      for (const one of deliveries) add(one, delayMs)
    },

    async take(_limit, leaseMs) {
      const due = all.filter(
        (held) =>
          held.status === 'pending' && held.dueAt <= now() && !isTaken(held) && isItsTurn(held),
      )
      for (const held of due) {
        close(held)
        Object.assign(held, { takenUntil: now() + leaseMs, isErased: false })
      }
      return due.map(({ delivery }) => delivery)
    },

    async done(deliveryId, attempt) {
      const held = get(deliveryId, 'pending', 'held')
      if (held === undefined) return
      count(held, true, attempt)
      if (attempt === undefined) remove(held)
      else move(held, 'delivered', { endedAt: iso() })
    },

    async retry(deliveryId, delayMs, reason, attempt) {
      const held = get(deliveryId, 'pending')
      if (held === undefined) return
      count(held, false, attempt)
      fail(held, reason)
      move(held, 'pending', { dueAt: now() + delayMs })
    },

    async park(deliveryId, reason, attempt) {
      const held = get(deliveryId, 'pending')
      if (held === undefined) return
      count(held, false, attempt)
      if (reason !== undefined) fail(held, reason)
      move(held, 'held')
    },

    async bury(deliveryId, reason, attempt) {
      const held = get(deliveryId, 'pending')
      if (held === undefined) return
      count(held, false, attempt)
      move(held, 'failed', { endedAt: iso(), reason })
    },

    async release(_tenantId, webhookId) {
      for (const held of of(webhookId, 'held')) move(held, 'pending', { dueAt: now() })
    },

    async skip(_tenantId, webhookId, reason) {
      for (const held of of(webhookId, 'held')) move(held, 'failed', { endedAt: iso(), reason })
    },

    async drop(_tenantId, webhookId) {
      for (const held of of(webhookId, 'pending', 'held', 'failed', 'delivered')) remove(held)
      counted.delete(webhookId)
    },

    async again(_tenantId, webhookId, deliveryId) {
      const held = get(deliveryId, 'failed')
      if (held?.delivery.webhookId !== webhookId) return false
      again(held)
      return true
    },

    async againAll(_tenantId, webhookId, limit) {
      const failed = of(webhookId, 'failed')
        .sort((a, b) => a.delivery.enqueuedAt.localeCompare(b.delivery.enqueuedAt))
        .slice(0, limit)
      for (const held of failed) again(held)
      return failed.length
    },

    async erase(_tenantId, { eventIds: gone }) {
      const named = all.filter(({ delivery }) => delivery.eventIds.some((id) => gone.includes(id)))
      for (const held of named) {
        const eventIds = held.delivery.eventIds.filter((id) => !gone.includes(id))
        held.delivery = { ...held.delivery, eventIds }
        held.tries = held.tries.map(({ response: _, ...rest }) => rest)
        held.isErased = held.takenUntil !== undefined
        if (eventIds.length === 0) remove(held)
      }
      return { removed: named.length }
    },

    async find(_tenantId, webhookId, deliveryId) {
      const held = get(deliveryId, 'pending', 'held', 'failed', 'delivered')
      return held?.delivery.webhookId === webhookId ? entryOf(held) : undefined
    },

    async list(_tenantId, webhookId) {
      const items = of(webhookId, 'pending', 'held', 'failed', 'delivered').map(entryOf)
      return { items: items.sort((a, b) => b.enqueuedAt.localeCompare(a.enqueuedAt)) }
    },

    listParked: async (_tenantId, webhookId) =>
      of(webhookId, 'held').map(({ delivery }) => delivery),
    listDead: async (_tenantId, webhookId) => of(webhookId, 'failed').map(deadOf),

    async backlog(_tenantId, webhookId) {
      const [oldestAt] = of(webhookId, 'pending', 'held')
        .map(({ delivery }) => delivery.enqueuedAt)
        .sort()
      return {
        pending: of(webhookId, 'pending').length,
        held: of(webhookId, 'held').length,
        failed: of(webhookId, 'failed').length,
        ...(oldestAt !== undefined && { oldestAt }),
        isExact: true,
      }
    },

    async figures(_tenantId, webhookId) {
      const latency: Record<number, number> = {}
      const attempts = counted.get(webhookId) ?? []
      for (const { latencyMs } of attempts) {
        latency[bucketOf(latencyMs)] = (latency[bucketOf(latencyMs)] ?? 0) + 1
      }
      const succeeded = attempts.filter(({ isWell }) => isWell).length
      return { succeeded, failed: attempts.length - succeeded, latency }
    },

    async stats() {
      const pending = all.filter(({ status }) => status === 'pending')
      const inFlight = pending.filter(isTaken).length
      const countOf = (wanted: DeliveryStatus) => all.filter((one) => one.status === wanted).length
      const [parked, dead] = [countOf('held'), countOf('failed')]
      return { waiting: pending.length - inFlight, inFlight, parked, dead }
    },
  }
}
