import { createFunction } from './function'
import { permissions } from './permissions'
import { deliveryQueue } from './queues'
import { maxDelivering } from './settings'

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
  // Targets that do not answer must not take the functions that take events in. Whose turn it is, the queue
  // decides by tenant (`wake-ups.ts`), and `place-of.ts` by webhook.
  scalingConfig: { maximumConcurrency: maxDelivering },
  // A delivery that must wait stays in the queue; those beside it are done.
  functionResponseTypes: ['ReportBatchItemFailures'],
})
