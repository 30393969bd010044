import { WORKERS } from '../src/ingest/draining'
import { changes } from './changes'
import { follow } from './follow'
import { createFunction } from './function'
import { permissions } from './permissions'
import { drainQueue } from './queues'

export const drain = createFunction('Drain', {
  description: 'Takes up what was put aside: requests that were spilled, batches that failed',
  // One processor ("Configure Lambda function memory"): sixteen requests at a time keep it busy.
  memory: '1769 MB',
  // A run begins nothing after a minute (`RUN_MS`); what is under way then has half of one.
  timeout: '90 seconds',
  // A batch that was given up names the function that failed on it.
  environment: {
    NONIUS_CHANGES_ARN: changes.arn,
    NONIUS_FOLLOW_ARN: follow.arn,
  },
  permissions: permissions.drain,
})

new aws.lambda.EventSourceMapping('DrainMapping', {
  eventSourceArn: drainQueue.arn,
  functionName: drain.arn,
  batchSize: 1, // a message is a minute's work
  scalingConfig: { maximumConcurrency: WORKERS },
  functionResponseTypes: ['ReportBatchItemFailures'],
})
