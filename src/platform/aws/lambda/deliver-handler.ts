import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { Log } from '../../../telemetry/log'
import type { Delivery } from '../../delivery-queue'
import { readReplayWake, type WokenReplay } from '../deliveries/replay-wakes'
import { readAlarm } from '../deliveries/wake-ups'
import type { AwsDeliveryQueue } from '../delivery-queue'

// A lease lasts as long as on one machine (webhooks/deliverer.ts). The queue's own must be longer, or a
// message rings while its delivery is under way, and only sleeps again.
const LEASE_MS = 60_000

interface Needs {
  deliveries: Pick<AwsDeliveryQueue, 'open'>
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
export function createDeliverHandler({ deliveries, deliver, carryOn, log }: Needs) {
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

  async function hasEnded({ messageId, body, receiptHandle }: SQSRecord): Promise<boolean> {
    const replay = readReplayWake(body)
    if (replay !== undefined) return isCarriedOn(replay)
    const rung = readAlarm({ Body: body, ReceiptHandle: receiptHandle })
    if (rung === undefined) {
      // The message goes into the dead letters after its tries, where somebody may look at it.
      log.error('a message of the delivery queue cannot be read', { messageId })
      return false
    }
    const { deliveryId, webhookId } = rung
    try {
      const opened = await deliveries.open(rung, LEASE_MS)
      if (typeof opened === 'string') return opened === 'gone'
      return (await deliver(opened)) === 'ended'
    } catch (error) {
      log.error('webhook delivery put off', { deliveryId, webhookId, reason: String(error) })
      return false
    }
  }
}
