import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { StorageError } from '../../../error/storage-error'
import { guarded } from '../errors'

/**
 * An alarm says which delivery a message of the queue rings for; the table says what is to be
 * delivered.
 */
export interface Alarm {
  deliveryId: string
  tenantId: string
  webhookId: string
  /** It is not to be taken before those that are before it in this lane. */
  lane?: string | undefined
  /** It rings after so long, or earlier; at once when left out. */
  delayMs?: number | undefined
}

/** A rung alarm has the handle by which SQS knows it until it rings again. */
export interface RungAlarm extends Alarm {
  receiptHandle: string
}

export type Alarms = ReturnType<typeof createAlarms>

/** SQS takes ten messages a call, and hands out no more at a time. */
export const BATCH = 10

// DelaySeconds goes up to 15 minutes. A delivery that asked for more is woken early, and sleeps
// again.
const MAX_DELAY_S = 900

// A message may be hidden for 12 hours, counted from when it was received: an hour is left for what
// happened since. Our longest pause is 24 hours.
const MAX_SLEEP_S = 11 * 60 * 60

// Entries that SQS itself failed to take are tried so often; the SDK tries whole calls again.
const MAX_TRIES = 5
const FIRST_PAUSE_MS = 50

// The message is not ours to hide any more: its time ran out, so it rings by itself, or it is done.
const outOfHand = new Set(['ReceiptHandleIsInvalid', 'MessageNotInflight', 'InvalidParameterValue'])

/**
 * Uses messages of an SQS queue as alarm clocks. Each rings at least once, and early rather than
 * never.
 */
export function createAlarms({ sqs, queueUrl: QueueUrl }: { sqs: SQSClient; queueUrl: string }) {
  return {
    /** Resolves once every one is in the queue. @param alarms at most `BATCH` @throws {StorageError} */
    async set(alarms: readonly Alarm[]): Promise<void> {
      let left = alarms.map(entryOf)
      for (let tries = 1; ; tries += 1) {
        const command = new SendMessageBatchCommand({ QueueUrl, Entries: left })
        const { Failed = [] } = await guarded('queueing deliveries', () => sqs.send(command))
        if (Failed.length === 0) return
        const refused = Failed.find(({ SenderFault }) => SenderFault)
        if (refused !== undefined || tries === MAX_TRIES) {
          const { Code, Message = '' } = refused ?? Failed[0]!
          const isRetriable = refused === undefined
          throw new StorageError(`queueing deliveries: ${Code}: ${Message}`, { isRetriable })
        }
        const again = new Set(Failed.map(({ Id }) => Id))
        left = left.filter(({ Id }) => again.has(Id))
        // The pauses double and have full jitter: callers that were refused together must not come
        // back together.
        await wait(Math.random() * FIRST_PAUSE_MS * 2 ** tries)
      }
    },

    /**
     * Takes those that ring now, at most `BATCH`; each is hidden for `leaseMs`. @throws
     * {StorageError}
     */
    async rung(limit: number, leaseMs: number): Promise<RungAlarm[]> {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(limit, BATCH),
        VisibilityTimeout: seconds(leaseMs),
      })
      for (;;) {
        const { Messages = [] } = await guarded('taking deliveries', () => sqs.send(command))
        const ours = Messages.flatMap((message) => readAlarm(message) ?? [])
        // A message that is none of ours stays hidden until SQS gives it up to the dead letters.
        if (ours.length > 0 || Messages.length === 0) return ours
      }
    },

    /** Lets them ring again after `delayMs`, or earlier. @throws {StorageError} */
    async snooze(rung: readonly Pick<RungAlarm, 'receiptHandle'>[], delayMs: number) {
      const VisibilityTimeout = Math.min(seconds(delayMs), MAX_SLEEP_S)
      for (let start = 0; start < rung.length; start += BATCH) {
        const Entries = rung.slice(start, start + BATCH).map(({ receiptHandle }, at) => {
          return { Id: String(at), ReceiptHandle: receiptHandle, VisibilityTimeout }
        })
        const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })
        const { Failed = [] } = await guarded('putting off deliveries', () => sqs.send(command))
        const failed = Failed.find(({ Code }) => !outOfHand.has(Code?.split('..').at(-1) ?? ''))
        if (failed === undefined) continue
        const isRetriable = !failed.SenderFault
        throw new StorageError(`putting off deliveries: ${failed.Code}`, { isRetriable })
      }
    },

    /** Stops an alarm: it never rings again. @throws {StorageError} */
    async stop({ receiptHandle: ReceiptHandle }: Pick<RungAlarm, 'receiptHandle'>): Promise<void> {
      const command = new DeleteMessageCommand({ QueueUrl, ReceiptHandle })
      await guarded('finishing a delivery', async () => {
        await sqs.send(command).catch((error) => {
          if (!outOfHand.has(error.name)) throw error
        })
      })
    },
  }
}

/** Reads an alarm. @returns undefined for a message that is none of ours */
export function readAlarm({ Body, ReceiptHandle }: Message): RungAlarm | undefined {
  try {
    const { deliveryId, tenantId = '', webhookId, lane } = JSON.parse(Body ?? '')
    const ids = [deliveryId, tenantId, webhookId, lane ?? '']
    if (!ids.every((id) => typeof id === 'string')) return undefined
    const inLane = typeof lane === 'string' ? { lane } : {}
    return { deliveryId, tenantId, webhookId, ...inLane, receiptHandle: ReceiptHandle ?? '' }
  } catch {
    return undefined
  }
}

function entryOf({ deliveryId, tenantId, webhookId, lane, delayMs = 0 }: Alarm, at: number) {
  const MessageBody = JSON.stringify({ deliveryId, tenantId, webhookId, lane })
  const DelaySeconds = Math.min(seconds(delayMs), MAX_DELAY_S)
  return { Id: String(at), MessageBody, DelaySeconds, MessageGroupId: groupOf(tenantId) }
}

/**
 * Names the tenant's group, which makes a queue fair: a group that has the consumers wait longest,
 * or occupies most of them, is served after the others ("Amazon SQS fair queues"). A group's name
 * may have 128 characters of ASCII, and a tenant's any.
 */
export function groupOf(tenantId: string): string {
  return createHash('sha256').update(tenantId).digest('hex').slice(0, 32)
}

/** Rounds up: the table knows the millisecond, and an alarm that rings before it rings twice. */
function seconds(ms: number): number {
  return Math.ceil(Math.max(ms, 0) / 1000)
}
