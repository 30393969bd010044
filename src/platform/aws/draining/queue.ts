import { createHash, randomUUID } from 'node:crypto'
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { StorageError } from '../../../error/storage-error'
import { guarded } from '../errors'
import { type Work, writeWork } from './work'

// "A batch can have up to 10 messages" (SendMessageBatch, API reference).
const BATCH = 10

export interface DrainQueue {
  /** Hands work out. @throws {StorageError} retriable when some of it was not taken */
  send(work: readonly Work[]): Promise<void>
  /** Tells how many messages wait, about. @throws {StorageError} */
  depth(): Promise<number>
}

/**
 * Hands work to workers by a FIFO queue: messages of one group are handed out one after another, and while one
 * is being handled none of its group is ("Amazon SQS FIFO queue key terms": message group ID). So a lane has
 * one worker at a time, whoever sends how many messages for it.
 */
export function createDrainQueue(needs: { sqs: SQSClient; queueUrl: string }): DrainQueue {
  const { sqs, queueUrl: QueueUrl } = needs
  return {
    async send(work) {
      for (let from = 0; from < work.length; from += BATCH) {
        const Entries = work.slice(from, from + BATCH).map(entryOf)
        const command = new SendMessageBatchCommand({ QueueUrl, Entries })
        const { Failed = [] } = await guarded('handing out work', () => sqs.send(command))
        if (Failed.length === 0) continue
        const message = `handing out work: ${Failed.length} messages were refused: ${Failed[0]!.Code}`
        throw new StorageError(message, { isRetriable: true })
      }
    },

    async depth() {
      const AttributeNames = ['ApproximateNumberOfMessages' as const]
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames })
      const { Attributes } = await guarded('counting work', () => sqs.send(command))
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0)
    },
  }
}

function entryOf(work: Work, at: number): SendMessageBatchRequestEntry {
  const MessageBody = writeWork(work)
  return {
    Id: String(at),
    MessageBody,
    // A group's name has up to 128 letters, digits and signs: a prefix may have more.
    MessageGroupId: createHash('sha256').update(MessageBody).digest('hex'),
    // The same work is to be done again whenever somebody finds that there is some.
    MessageDeduplicationId: randomUUID(),
  }
}
