import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { Log } from '../../../telemetry/log'
import type { Delivery } from '../../delivery-queue'
import { readReplayWake, type WokenReplay } from '../deliveries/replay-wakes'
import { readAlarm } from '../deliveries/wake-ups'
import type { AwsDeliveryQueue } from '../delivery-queue'

// A lease lasts as long as on one machine (webhooks/sending/deliverer.ts). The queue's own must be longer, or a
// message rings while its delivery is under way, and only sleeps again.
const LEASE_MS = 60_000

interface Needs {
  deliveries: Pick<AwsDeliveryQueue, 'open' | 'later'>
  /**
   * Asks for a place for a delivery, which is left once it was attempted. @returns otherwise in how many
   * milliseconds to ask again
   */
  placeOf?(whose: { tenantId: string; webhookId: string }): Promise<(() => Promise<void>) | number>
  /** Attempts it and tells the queue. `waiting`: there will be another attempt. */
  deliver(delivery: Delivery): Promise<'ended' | 'waiting'>
  /** Carries a replay on for a while, and sends the next message. */
  carryOn?: ((replay: WokenReplay) => Promise<void>) | undefined
  log: Log
}

/**
 * Lambda calls this with the messages that rang, all at once since attempts mostly wait. A message
 * that is answered as failed stays in the queue, hidden for as long as the delivery queue said, or,
 * when our own side failed, until its visibility time-out; the others are deleted by Lambda.
 */
export function createDeliverHandler({ deliveries, placeOf, deliver, carryOn, log }: Needs) {
  return async function handleDeliveries({ Records }: SQSEvent): Promise<SQSBatchResponse> {
    const ended = await Promise.all(Records.map(hasEnded))
    const staying = Records.filter((_, place) => !ended[place])
    return { batchItemFailures: staying.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  }

  /** Tells whether it went well: a message that did not comes again. */
  async function isCarriedOn(replay: WokenReplay): Promise<boolean> {
    try {
      await carryOn?.(replay)
      return true
    } catch (error) {
      const { replayId, webhookId } = replay
      log.error('a replay to a webhook is put off', { replayId, webhookId, reason: String(error) })
      return false
    }
  }

  async function hasEnded(message: SQSRecord): Promise<boolean> {
    const { messageId, body, receiptHandle } = message
    const replay = readReplayWake(body)
    if (replay !== undefined) return isCarriedOn(replay)
    const rung = readAlarm({ Body: body, ReceiptHandle: receiptHandle })
    if (rung === undefined) {
      // The message goes into the dead letters after its tries, where somebody may look at it.
      log.error('a message of the delivery queue cannot be read', { messageId })
      return false
    }
    const { deliveryId, webhookId } = rung
    let leave: (() => Promise<void>) | undefined
    try {
      const place = await placeOf?.(rung)
      if (typeof place === 'number') {
        await deliveries.later(rung, place + Math.random() * spreadOf(message))
        return false
      }
      leave = place
      const opened = await deliveries.open(rung, LEASE_MS)
      if (typeof opened === 'string') return opened === 'gone'
      return (await deliver(opened)) === 'ended'
    } catch (error) {
      log.error('webhook delivery put off', { deliveryId, webhookId, reason: String(error) })
      return false
    } finally {
      await leave?.()
    }
  }
}

// A message may ring a thousand times (`infra/queues.ts`). One that waits for its place rings less often
// the longer it has, up to a quarter of an hour: that is enough for two days and a half.
const MAX_SPREAD_S = 900

/** Returns the milliseconds over which messages that found no place are spread. */
function spreadOf({ attributes }: SQSRecord): number {
  const rings = Number(attributes?.ApproximateReceiveCount ?? 1)
  return Math.min(rings, MAX_SPREAD_S) * 1000
}
