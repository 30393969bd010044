import type { Delivery, DeliveryQueue, Outgoing } from '../delivery-queue'
import { listDead } from './deliveries/dead'
import { eraseFromDeliveries } from './deliveries/erase'
import { deliveryOf, idOf, statusOf } from './deliveries/items'
import { isFull } from './deliveries/joining'
import { alarmOf, type Lane, laneOf } from './deliveries/lanes'
import { createParts, type QueueNeeds } from './deliveries/parts'
import { failedWith, isWaiting, type Row, rowOf } from './deliveries/rows'
import { type Alarm, BATCH, type RungAlarm } from './deliveries/wake-ups'
import { chunksOf, inParallel } from './dynamo/in-parallel'

/** Adds to the queue the way in for messages that SQS hands to a function by itself. */
export interface AwsDeliveryQueue extends DeliveryQueue {
  /**
   * Takes the delivery that a message rings for, for `leaseMs`.
   * @returns `asleep` when it is not due or another has it (the message now rings again when it is),
   * `gone` when it is done, buried or parked, or waits for another of its lane (the message may go,
   * too)
   * @throws {StorageError}
   */
  open(rung: RungAlarm, leaseMs: number): Promise<Delivery | 'asleep' | 'gone'>
  /** Lets a message ring again after so long, for a delivery that was not opened. @throws {StorageError} */
  later(rung: RungAlarm, delayMs: number): Promise<void>
}

/** Deliveries that were added together need these before that is durable. */
interface Placed {
  alarms: Alarm[]
  /** From then on others may join the latest of them. */
  open?: { one: Outgoing; deliveryId: string } | undefined
}

/**
 * A delivery has a row, which is the truth, and each row an SQS message, which is its alarm clock:
 * SQS hides a message for at most 12 hours, and cannot be asked what it holds.
 *
 * The row is written before its message is sent and ends before its message does. So a crash in
 * between leaves either a message whose row has ended, which is dropped when it rings, or, in
 * `enqueue`, a row without a message: that call has not resolved, and the caller who repeats it sends
 * the message, whether or not the row is there. Two messages for a row do no harm: only one can take
 * it. A row that is parked has no message; `release` sends one, and finds the row again until it
 * has. Nor has one that waits for another of its lane (`deliveries/lanes.ts`).
 */
export function createDeliveryQueue(needs: QueueNeeds): AwsDeliveryQueue {
  const { alarms, rows, parked, lanes, joining, figures, ring, now } = createParts(needs)
  // The map has what this process has taken: its content, and the handle by which its message is
  // known.
  const held = new Map<string, { row: Row; rung: RungAlarm }>()

  async function open(rung: RungAlarm, leaseMs: number): Promise<Delivery | 'asleep' | 'gone'> {
    const at = now()
    const lane = laneOf(rung)
    const keptBack = lane && (await heldBack(lane, rung, at, at + leaseMs))
    if (keptBack !== undefined) return keptBack
    const claim = await rows.claim(rung.deliveryId, at, at + leaseMs)
    if (claim.kind === 'claimed') {
      held.set(rung.deliveryId, { row: claim.row, rung })
      return claim.row.delivery
    }
    if (claim.kind === 'gone') {
      if (lane !== undefined) await leaveLane(lane, rung.deliveryId)
      await alarms.stop(rung)
    } else await alarms.snooze([rung], claim.dueAt - at)
    return claim.kind
  }

  /** Takes a lane for what a message rings for. @returns undefined when it is its turn */
  async function heldBack(lane: Lane, rung: RungAlarm, at: number, until: number) {
    const first = await lanes.first(lane)
    if (first !== undefined && idOf(first) !== rung.deliveryId) {
      // It has a place of its own in the lane: it is rung for when it is first. Unless it has ended,
      // and whoever ended it rang for nobody.
      const isBehind = isWaiting(await rows.read(rung.deliveryId))
      if (isBehind) await ring(await lanes.entered(lane, rung.deliveryId, at))
      else await lanes.advance(lane, at)
      await alarms.stop(rung)
      return 'gone'
    }
    const dueAt = Number(first?.dueAt?.N ?? at)
    const freeAt = dueAt > at ? dueAt : await lanes.hold(lane, rung.deliveryId, at, until)
    if (freeAt === undefined) return undefined
    await alarms.snooze([rung], freeAt - at)
    return 'asleep'
  }

  async function leaveLane(lane: Lane, deliveryId: string) {
    await lanes.letGo(lane, deliveryId)
    await lanes.advance(lane, now())
  }

  /** Releases a delivery from this process. @returns undefined when the queue does not have it */
  async function letGo(deliveryId: string) {
    const found = held.get(deliveryId)
    held.delete(deliveryId)
    if (found !== undefined) return found
    const item = await rows.read(deliveryId)
    // Its message belongs to another process; it rings when that one's lease ends.
    return item && { row: rowOf(item), rung: undefined }
  }

  /** Ends the turn of a delivery that waits no more: the next of its lane is due, its message is not. */
  async function ended({ delivery }: Row, rung: RungAlarm | undefined) {
    const lane = laneOf(delivery)
    if (lane !== undefined) await leaveLane(lane, delivery.deliveryId)
    if (rung !== undefined) await alarms.stop(rung)
  }

  /** Adds what may join each other, or is of one lane, in order. */
  async function placeAll(together: readonly Outgoing[], at: number, delayMs: number) {
    const placed: Placed = { alarms: [] }
    const joins = together.find(({ join }) => join !== undefined)
    let latest = joins && (await joining.latest(joins))
    for (const one of together) {
      const joined = latest === undefined ? undefined : await joining.join(one, latest, at)
      if (joined !== undefined) {
        // The pointer to a held one expires with it.
        if (one.isHeld) await parked.pointTo(deliveryOf(joined.item), at)
        else if (joined.isFull) placed.alarms.push(alarmOf(joined.item, at))
        continue
      }
      const { eventIds, bytes = 0, join, deliveryId } = one
      const isWhole = join !== undefined && isFull(join, eventIds.length, bytes)
      const { alarms, isOpen } = await place(one, at, isWhole ? 0 : (one.delayMs ?? delayMs))
      placed.alarms.push(...alarms)
      if (join === undefined || isWhole || !isOpen) continue
      latest = deliveryId
      placed.open = { one, deliveryId }
    }
    return placed
  }

  /** Adds one by itself. @returns the alarms that it needs, and whether it waits, or is parked */
  async function place(one: Outgoing, at: number, delayMs: number) {
    const { isHeld = false, bytes = 0, lane } = one
    const dueAt = at + (delayMs < SHORTEST_DELAY_MS ? 0 : delayMs)
    const laneAt = lane === undefined ? undefined : lanes.placeAt(at)
    const item = await rows.add(one, at, { dueAt, isHeld, bytes, laneAt })
    const status = statusOf(item)
    if (status === 'held' && isHeld) await parked.pointTo(deliveryOf(item), at)
    if (status === 'pending') await stand(item, at)
    return {
      alarms: status === 'pending' ? await alarmsFor(item, at) : [],
      isOpen: status === (isHeld ? 'held' : 'pending'),
    }
  }

  /** Lets a delivery that waits stand in its lane, if it has one. */
  async function stand(item: Row['item'], at: number) {
    const lane = laneOf(deliveryOf(item))
    if (lane !== undefined) {
      await lanes.stand(lane, idOf(item), item.laneAt?.S ?? lanes.placeAt(at), at)
    }
  }

  /** @returns the alarms that a delivery takes which waits, and stands in its lane */
  async function alarmsFor(item: Row['item'], at: number): Promise<Alarm[]> {
    const lane = laneOf(deliveryOf(item))
    return lane === undefined ? [alarmOf(item, at)] : lanes.entered(lane, idOf(item), at)
  }

  return {
    open,
    later: (rung, delayMs) => alarms.snooze([rung], delayMs),

    async enqueue(deliveries, delayMs = 0) {
      const at = now()
      const once = [...new Map(deliveries.map((one) => [one.deliveryId, one])).values()]
      const groups = [...Map.groupBy(once, groupOf).values()]
      for (const some of chunksOf(groups, PLACED_AT_A_TIME)) {
        const placed = await inParallel(some, PLACED_AT_A_TIME, (group) =>
          placeAll(group, at, delayMs),
        )
        await ring(placed.flatMap(({ alarms }) => alarms))
        const open = placed.flatMap(({ open }) => open ?? [])
        await inParallel(open, PLACED_AT_A_TIME, ({ one, deliveryId }) =>
          joining.open(one, deliveryId, at),
        )
      }
    },

    async take(limit, leaseMs, hasPlace = () => true) {
      const taken: Delivery[] = []
      const passedOver: RungAlarm[] = []
      while (taken.length < limit) {
        const rung = await alarms.rung(limit - taken.length, leaseMs)
        if (rung.length === 0) break
        for (const alarm of rung) {
          if (!hasPlace(alarm.tenantId, alarm.webhookId)) {
            passedOver.push(alarm)
            continue
          }
          const delivery = await open(alarm, leaseMs)
          if (typeof delivery === 'string') continue
          taken.push(delivery)
        }
      }
      // The messages stay hidden until here, so that the same ones do not come up again and again.
      await alarms.snooze(passedOver, 0)
      return taken
    },

    async done(deliveryId, attempt) {
      const found = await letGo(deliveryId)
      if (found === undefined) return
      const { row, rung } = found
      if (attempt === undefined) await rows.remove(deliveryId)
      else if (await rows.deliver(row, now(), attempt)) await figures.count(row.delivery, attempt)
      await ended(row, rung)
    },

    async retry(deliveryId, delayMs, reason, attempt) {
      const found = await letGo(deliveryId)
      if (found === undefined) return
      const { row, rung } = found
      const at = now()
      const failed = failedWith(row, reason, attempt)
      const isBack = await rows.giveBack(row, failed, at, at + delayMs)
      if (isBack && attempt !== undefined) await figures.count(row.delivery, attempt)
      const lane = laneOf(row.delivery)
      if (lane !== undefined) await lanes.letGo(lane, deliveryId)
      if (rung !== undefined) await alarms.snooze([rung], delayMs)
    },

    async park(deliveryId, reason, attempt) {
      const found = await letGo(deliveryId)
      if (found === undefined) return
      const { row, rung } = found
      const isParked = await parked.park(row, now(), reason, attempt)
      if (isParked && attempt !== undefined) await figures.count(row.delivery, attempt)
      await ended(row, rung)
    },

    release(tenantId, webhookId) {
      const at = now()
      return parked.release(tenantId, webhookId, at, async (waiting) => {
        // All stand in their lanes before the first of one is known.
        for (const item of waiting) await stand(item, at)
        const all = await inParallel(waiting, BATCH, (item) => alarmsFor(item, at))
        await ring(all.flat())
      })
    },

    drop: parked.drop,
    listParked: (tenantId, webhookId, limit) => parked.list(tenantId, webhookId, limit, now()),

    async bury(deliveryId, reason, attempt) {
      const found = await letGo(deliveryId)
      if (found === undefined) return
      const { row, rung } = found
      const isBuried = await rows.bury(row, now(), reason, attempt)
      if (isBuried && attempt !== undefined) await figures.count(row.delivery, attempt)
      await ended(row, rung)
    },

    listDead: (tenantId, webhookId, limit) => listDead(needs, tenantId, webhookId, limit, now()),

    async erase(tenantId, erasure) {
      const { removed, left } = await eraseFromDeliveries(needs, tenantId, erasure)
      for (const { lane, deliveryId } of left) await leaveLane(lane, deliveryId)
      return { removed }
    },

    async stats() {
      return rows.count(now())
    },
  }
}

// Each is some three calls after one another, of 5 ms: a thousand webhooks have theirs within a second.
const PLACED_AT_A_TIME = 40

// SQS counts whole seconds. What should wait for less is sent at once: two tenths for a second would
// be late, and it has waited for the stream's batch as well.
const SHORTEST_DELAY_MS = 1000

/** Deliveries of one group are added one after the other. */
function groupOf({ deliveryId, tenantId, webhookId, lane, join, isHeld }: Outgoing): string {
  if (join === undefined && lane === undefined) return deliveryId
  return JSON.stringify([tenantId, webhookId, lane, isHeld === true])
}
