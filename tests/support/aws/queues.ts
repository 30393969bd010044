import { ChangeMessageVisibilityCommand, CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Clock } from '../../../src/platform/clock'
import { ministackSettings } from './emulators'

let made = 0

/** A queue of draining of its own: first in, first out. @returns its URL */
export async function freshDrainQueue(sqs: SQSClient): Promise<string> {
  made += 1
  const QueueName = `draining-${process.pid}-${made}.fifo`
  const Attributes = { FifoQueue: 'true', VisibilityTimeout: '540' }
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))
  return QueueUrl!
}

/** A queue of its own, with the time-outs that infra gives it. @returns its URL */
export async function freshQueue(sqs: SQSClient): Promise<string> {
  made += 1
  const QueueName = `deliveries-${process.pid}-${made}`
  const Attributes = { VisibilityTimeout: '180', MessageRetentionPeriod: '1209600' }
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))
  return QueueUrl!
}

export async function anSqsClient(): Promise<SQSClient> {
  return new SQSClient(await ministackSettings())
}

interface Sent {
  input: { QueueUrl?: string; Entries?: { DelaySeconds?: number; VisibilityTimeout?: number }[] }
}
type Next = (args: Sent) => Promise<{ output: { Messages?: { ReceiptHandle?: string }[] } }>

/**
 * SQS goes by its own clock, a test by one that it turns. So whenever the clock was turned, and after
 * a delayed sending, everything rings at once: earlier than it would, which the queue has to take.
 * @returns how long messages were told to wait, in seconds
 */
export function ringWithClock(sqs: SQSClient, queueUrl: string, clock: Clock) {
  const handles = new Set<string>()
  const waits: number[] = []
  let rangAt = clock.now().getTime()

  async function ringAll() {
    if (clock.now().getTime() === rangAt) return
    rangAt = clock.now().getTime()
    for (const ReceiptHandle of handles) {
      const input = { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 }
      await sqs.send(new ChangeMessageVisibilityCommand(input)).catch(() => {})
    }
    handles.clear()
  }

  sqs.middlewareStack.add(
    // The stack's own types are of every command there is.
    ((next: Next, { commandName }: { commandName: string }) =>
      async (args: Sent) => {
        if (args.input.QueueUrl !== queueUrl) return next(args)
        for (const entry of args.input.Entries ?? []) {
          waits.push(entry.DelaySeconds ?? entry.VisibilityTimeout ?? 0)
          if (entry.DelaySeconds !== undefined) entry.DelaySeconds = 0
        }
        if (commandName === 'ReceiveMessageCommand') await ringAll()
        const reply = await next(args)
        for (const { ReceiptHandle } of reply.output.Messages ?? []) handles.add(ReceiptHandle!)
        return reply
      }) as never,
    { step: 'initialize', name: `ring ${queueUrl}` },
  )
  return { waits }
}

type BatchNext = (args: { input: { Entries: { Id: string }[] } }) => Promise<{
  output: { Failed?: { Id: string; Code: string; SenderFault: boolean }[] }
}>

/** SQS takes the first entry of a batch and refuses the others, this many times. */
export function takesOneOfABatch(sqs: SQSClient, times: number, SenderFault: boolean) {
  let left = times
  sqs.middlewareStack.add(
    ((next: BatchNext, { commandName }: { commandName: string }) =>
      async (args: Parameters<BatchNext>[0]) => {
        if (commandName !== 'SendMessageBatchCommand' || left-- <= 0) return next(args)
        const [first, ...others] = args.input.Entries
        const reply = await next({ ...args, input: { ...args.input, Entries: [first!] } })
        reply.output.Failed = others.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault }))
        return reply
      }) as never,
    { step: 'initialize', name: 'partial' },
  )
}
