import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import type { XapiMode } from '../registry/tenants'
import { openServing } from '.'
import { createDeliveryQueue } from './delivery-queue'
import type { Resources } from './deployed/resources'
import { readingWith } from './events/committed'
import { createItems } from './events/item'
import { eraseFromFailed } from './lambda/erase-from-failed'
import { serviceTimeOuts, tableTimeOuts } from './time-outs'

interface Needs {
  clock: Clock
  log: Log
  defaultXapi?: XapiMode | undefined
}

/** Opens everything that answers requests, and beside it what only an erasure may do: search all of it. */
export function openErasing(resources: Resources, needs: Needs) {
  const serving = openServing(resources, needs)
  const dynamo = new DynamoDBClient({ requestHandler: tableTimeOuts })
  const { eventsTable, deliveriesTable: table, deliveryQueueUrl: queueUrl, indexes } = resources
  const { blobs } = serving
  const sqs = new SQSClient({ requestHandler: serviceTimeOuts })
  const queue = createDeliveryQueue({ sqs, queueUrl, dynamo, table, clock: needs.clock })
  const events = { client: dynamo, table: eventsTable }
  const { recordOf } = readingWith(events, createItems({ indexes, blobs }))
  return {
    ...serving,
    deliveries: { ...serving.deliveries, erase: queue.erase },
    failedBatches: {
      erase: (tenantId: string, erasure: Parameters<typeof eraseFromFailed>[2]) =>
        eraseFromFailed({ blobs, recordOf }, tenantId, erasure),
    },
  }
}
