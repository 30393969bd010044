import { SQSClient } from '@aws-sdk/client-sqs'
import type { Resources } from '../deployed/resources'
import { serviceTimeOuts } from '../time-outs'
import { createDrainQueue, type DrainQueue } from './queue'

/** Opens the queue by which work is handed out. */
export function openDrainQueue({ drainQueueUrl: queueUrl }: Resources): DrainQueue {
  return createDrainQueue({ sqs: new SQSClient({ requestHandler: serviceTimeOuts }), queueUrl })
}
