import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { Clock } from '../clock'
import type { Delivery, DeliveryQueue } from '../delivery-queue'
import { eraseFromDeliveries } from './deliveries/erase'
import { createDeliveryRows } from './deliveries/rows'
import { BATCH, createAlarms, type RungAlarm } from './deliveries/wake-ups'
import { chunksOf } from './dynamo/in-parallel'

/** Adds to the queue the way in for messages that SQS hands to a function by itself. */
export interface AwsDeliveryQueue extends DeliveryQueue {
  /**
   * Takes the delivery that a message rings for, for `leaseMs`.
   * @returns `asleep` when it is not due or another has it (the message now rings again when it is),
   * `gone` when it is done, buried or parked (the message may go, too)
   * @throws {StorageError}
   */
  open(rung: RungAlarm, leaseMs: number): Promise<Delivery | 'asleep' | 'gone'>
}

/**
 * A delivery has a row, which is the truth, and each row an SQS message, which is its alarm clock:
 * SQS hides a message for at most 12 hours, and cannot be asked what it holds.
 *
 * The row is written before its message is sent and removed before its message is. So a crash in
 * between leaves either a message without a row, which is dropped when it rings, or, in `enqueue`,
 * a row without a message: that call has not resolved, and the caller who repeats it sends the
 * message, whether or not the row is there. Two messages for a row do no harm: only one can take
 * it. A row that is parked has no message; `release` sends one, and finds the row again until it
 * has.
 */
export function createDeliveryQueue(needs: {
  sqs: SQSClient
  queueUrl: string
  dynamo: DynamoDBClient
  table: string
  clock: Clock
}): AwsDeliveryQueue {
  const alarms = createAlarms(needs)
  const rows = createDeliveryRows(needs)
  const now = () => needs.clock.now().getTime()
  // The map has what this process has taken: its content, and the handle by which its message is
  // known.
  const held = new Map<string, { delivery: Delivery; rung: RungAlarm }>()

  async function open(rung: RungAlarm, leaseMs: number): Promise<Delivery | 'asleep' | 'gone'> {
    const at = now()
    const claim = await rows.claim(rung.deliveryId, at, at + leaseMs)
    if (claim.kind === 'claimed') {
      held.set(rung.deliveryId, { delivery: claim.delivery, rung })
      return claim.delivery
    }
    if (claim.kind === 'gone') await alarms.stop(rung)
    else await alarms.snooze([rung], claim.dueAt - at)
    return claim.kind
  }

  /** Releases a delivery from this process. @returns undefined when the queue does not have it */
  async function letGo(deliveryId: string) {
    const found = held.get(deliveryId)
    held.delete(deliveryId)
    if (found !== undefined) return found
    const delivery = await rows.read(deliveryId)
    // Its message belongs to another process; it rings when that one's lease ends.
    return delivery && { delivery, rung: undefined }
  }

  return {
    open,

    async enqueue(deliveries, delayMs = 0) {
      const at = now()
      const once = [...new Map(deliveries.map((one) => [one.deliveryId, one])).values()]
      for (let start = 0; start < once.length; start += BATCH) {
        const batch = once.slice(start, start + BATCH)
        await Promise.all(batch.map((delivery) => rows.add(delivery, at, at + delayMs)))
        await alarms.set(batch, delayMs)
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

    async done(deliveryId) {
      const rung = held.get(deliveryId)?.rung
      held.delete(deliveryId)
      await rows.remove(deliveryId)
      if (rung !== undefined) await alarms.stop(rung)
    },

    async retry(deliveryId, delayMs, reason) {
      const found = await letGo(deliveryId)
      if (found === undefined) return
      const { delivery, rung } = found
      const at = now()
      const failed = { ...delivery, attempts: delivery.attempts + 1, lastFailure: reason }
      await rows.giveBack(failed, at, at + delayMs)
      if (rung !== undefined) await alarms.snooze([rung], delayMs)
    },

    async park(deliveryId, reason) {
      const found = await letGo(deliveryId)
      if (found === undefined) return
      const { delivery, rung } = found
      const { attempts } = delivery
      const failed = reason === undefined ? {} : { attempts: attempts + 1, lastFailure: reason }
      await rows.park({ ...delivery, ...failed }, now())
      if (rung !== undefined) await alarms.stop(rung)
    },

    release(tenantId, webhookId) {
      return rows.release(tenantId, webhookId, now(), async (deliveryIds) => {
        for (const ids of chunksOf(deliveryIds, BATCH)) {
          await alarms.set(
            ids.map((deliveryId) => ({ deliveryId, tenantId, webhookId })),
            0,
          )
        }
      })
    },

    drop: rows.drop,
    listParked: rows.listParked,

    async bury(deliveryId, reason) {
      const found = await letGo(deliveryId)
      if (found === undefined) return
      await rows.bury(found.delivery, now(), reason)
      if (found.rung !== undefined) await alarms.stop(found.rung)
    },

    listDead: rows.listDead,
    erase: (tenantId, { eventIds }) => eraseFromDeliveries(needs, tenantId, eventIds),

    async stats() {
      return rows.count(now())
    },
  }
}
