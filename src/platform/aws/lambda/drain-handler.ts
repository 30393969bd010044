import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { RetentionClass } from '../../../event/record'
import type { Log } from '../../../telemetry/log'
import type { DrainQueue } from '../draining/queue'
import { readWork, type Work } from '../draining/work'

/** This is how far one run got. */
export interface Progress {
  /** So many pieces are done, and gone. */
  done: number
  /** The time was up, perhaps before the end. */
  isCut: boolean
}

type Called = Partial<Context> | undefined

interface Needs {
  queue: Pick<DrainQueue, 'send'>
  /** Carries work out. What it throws is tried again. */
  drainLane(lane: string): Promise<Progress>
  replayBatches(prefix: string, context: Called): Promise<Progress>
  retryChanges(context: Called): Promise<Progress>
  putBack(retentionClass: RetentionClass): Promise<Progress>
  log: Log
}

/**
 * Lambda calls this with a message for each piece of work. What is not done when the time is up goes behind all
 * others that wait; what could not be done at all waits for the next sweep, which finds it again. A message
 * stays in the queue only when nothing could be tried.
 */
export function createDrainHandler(needs: Needs) {
  const { queue, log } = needs

  function carryOut(work: Work, context: Called): Promise<Progress> {
    if (work.of === 'spill') return needs.drainLane(work.lane)
    if (work.of === 'batches') return needs.replayBatches(work.prefix, context)
    if (work.of === 'changes') return needs.retryChanges(context)
    return needs.putBack(work.retentionClass)
  }

  async function isDone({ messageId, body }: SQSRecord, context: Called): Promise<boolean> {
    const work = readWork(body)
    if (work === undefined) {
      // It goes into the dead letters after its tries, where somebody may look at it.
      log.error('a message of the drain queue cannot be read', { messageId })
      return false
    }
    try {
      const { done, isCut } = await carryOut(work, context)
      // A run that got nowhere would only get nowhere again.
      if (isCut && done > 0) await queue.send([work])
      return true
    } catch (error) {
      log.error('what was put aside was not taken up', {
        ...work,
        reason: (error as Error).message,
      })
      return false
    }
  }

  return async function handleWork(
    { Records }: SQSEvent,
    context?: Partial<Context>,
  ): Promise<SQSBatchResponse> {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = []
    for (const message of Records) {
      const isStaying = !(await isDone(message, context))
      if (isStaying) batchItemFailures.push({ itemIdentifier: message.messageId })
    }
    return { batchItemFailures }
  }
}
