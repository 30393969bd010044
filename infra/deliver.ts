import { createFunction } from './function'
import { permissions } from './permissions'
import { deliveryQueue } from './queues'

export const deliver = createFunction('Deliver', {
  description: 'Sends webhooks',
  memory: '512 MB',
  timeout: '1 minute', // an attempt takes 15 seconds at most, and those of a batch run side by side
  permissions: permissions.deliver,
})

new aws.lambda.EventSourceMapping('DeliverMapping', {
  eventSourceArn: deliveryQueue.arn,
  functionName: deliver.arn,
  batchSize: 10,
  // The limit allows a thousand attempts at once, and a tenth of an account's usual concurrency:
  // targets that do not answer must not take the functions that take events in. The queue decides
  // whose turn it is (`alarms.ts`).
  scalingConfig: { maximumConcurrency: 100 },
  // A delivery that must wait stays in the queue; those beside it are done.
  functionResponseTypes: ['ReportBatchItemFailures'],
})
