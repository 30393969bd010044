import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { guarded } from '../errors'
import { groupOf } from './wake-ups'

/** A replay to a webhook is carried on when a message of the delivery queue says so. */
export interface WokenReplay {
  tenantId: string
  webhookId: string
  replayId: string
}

export type WakeReplay = (replay: WokenReplay, delayMs?: number) => Promise<void>

// DelaySeconds goes up to 15 minutes.
const MAX_DELAY_S = 900

/** Makes the call that wakes who carries replays on. It throws `StorageError`. */
export function createReplayWakes(needs: { sqs: SQSClient; queueUrl: string }): WakeReplay {
  return async function wake({ tenantId, webhookId, replayId }, delayMs = 0) {
    const command = new SendMessageCommand({
      QueueUrl: needs.queueUrl,
      MessageBody: JSON.stringify({ replay: { tenantId, webhookId, replayId } }),
      DelaySeconds: Math.min(Math.ceil(delayMs / 1000), MAX_DELAY_S),
      MessageGroupId: groupOf(tenantId),
    })
    await guarded('waking a replay', () => needs.sqs.send(command))
  }
}

/** Reads such a message. @returns undefined for any other */
export function readReplayWake(body: string): WokenReplay | undefined {
  try {
    const { tenantId, webhookId, replayId } = JSON.parse(body).replay
    const ids = [tenantId, webhookId, replayId]
    return ids.every((id) => typeof id === 'string') ? { tenantId, webhookId, replayId } : undefined
  } catch {
    return undefined
  }
}
