import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import type { Invocation } from './stream-batch'

/** A queue mapping is an event source mapping between a queue and a function. */
export interface QueueMapping {
  queueUrl: string
  queueArn: string
  /** The batch size is at most 10 without a window. */
  batchSize: number
  /** The flag says whether the function reports which messages it could not handle. */
  reportsItemFailures: boolean
  /** At most so many batches are handled at a time; one when left out. */
  concurrency?: number
}

interface Options {
  /** The client has the function's own permissions: Lambda's poller acts in its name. */
  client: SQSClient
  mapping: QueueMapping
  invoke(event: SQSEvent): Promise<Invocation>
  onError(error: Error): void
}

const WAIT_SECONDS = 1 // Lambda waits 20; here a person may wait for us to stop
const PAUSE_MS = 1000 // after an error, e.g. an emulator that is gone

/**
 * Feeds a queue to a function as Lambda's event source mapping does: handled messages are deleted,
 * the others come back when their visibility time-out ends.
 */
export function pollQueue({ client, mapping, invoke, onError }: Options): AsyncDisposable {
  const stop = new AbortController()
  const { concurrency = 1 } = mapping
  const running = Promise.all(Array.from({ length: concurrency }, run))

  async function run() {
    while (!stop.signal.aborted) {
      try {
        const messages = await receive()
        if (messages.length > 0) await handle(messages)
      } catch (error) {
        if (stop.signal.aborted) break
        onError(error as Error)
        await sleep(PAUSE_MS, undefined, { signal: stop.signal }).catch(() => {})
      }
    }
  }

  async function receive(): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: mapping.queueUrl,
      MaxNumberOfMessages: Math.min(mapping.batchSize, 10),
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    })
    const { Messages = [] } = await client.send(command, { abortSignal: stop.signal })
    return Messages
  }

  async function handle(messages: Message[]) {
    const Records = messages.map((message) => sqsRecord(message, mapping.queueArn))
    const failed = failedIds(await invoke({ Records }), mapping)
    if (failed === 'all') return
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId!))
    if (done.length === 0) return
    const Entries = done.map(({ MessageId: Id, ReceiptHandle }) => ({ Id, ReceiptHandle }))
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: mapping.queueUrl, Entries }))
  }

  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}

/**
 * Returns the ids that failed. An answer that cannot be understood fails the batch ("Implementing
 * partial batch responses").
 */
function failedIds(
  outcome: Invocation,
  { reportsItemFailures }: QueueMapping,
): Set<string> | 'all' {
  if (outcome.kind === 'failed') return 'all'
  const payload = outcome.payload as { batchItemFailures?: { itemIdentifier?: string }[] } | null
  const failures = payload?.batchItemFailures
  if (!reportsItemFailures || failures === undefined || failures === null) return new Set()
  if (!Array.isArray(failures) || failures.some((one) => !one?.itemIdentifier)) return 'all'
  return new Set(failures.map(({ itemIdentifier }) => itemIdentifier!))
}

function sqsRecord(message: Message, eventSourceARN: string): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {})
  return {
    messageId: message.MessageId!,
    receiptHandle: message.ReceiptHandle!,
    body: message.Body ?? '',
    attributes: message.Attributes as never,
    messageAttributes: Object.fromEntries(
      attributes.map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          dataType: DataType!,
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: eventSourceARN.split(':')[3]!,
  }
}
