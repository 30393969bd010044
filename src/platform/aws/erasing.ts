import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import type { Erasure } from '../erasure'
import { openServing } from '.'
import { createDeliveryQueue } from './delivery-queue'
import type { Resources } from './deployed/resources'
import { eraseUnconverted } from './draining/erase-unconverted'
import { openLines } from './draining/open'
import { readingWith } from './events/committed'
import { createItems } from './events/item'
import { eraseFromFailed } from './lambda/erase-from-failed'
import { serviceTimeOuts, tableTimeOuts } from './time-outs'

/** Opens what has copies of events, and may erase them. */
export function openErasing(resources: Resources, needs: { clock: Clock; log: Log }) {
  const { deliveryQueueUrl: queueUrl, deliveriesTable: table } = resources
  const platform = openServing(resources, needs)
  const dynamo = new DynamoDBClient({ requestHandler: tableTimeOuts })
  const { eventsTable, indexes } = resources
  const items = createItems({ indexes, blobs: platform.blobs })
  const { recordOf } = readingWith({ client: dynamo, table: eventsTable }, items)
  return {
    ...platform,
    /** Takes the place of what of the platform erases nothing. */
    erasing: {
      deliveries: createDeliveryQueue({
        sqs: new SQSClient({ requestHandler: serviceTimeOuts }),
        ...{ dynamo, queueUrl, table, clock: needs.clock },
      }),
    },
    /** Batches of the stream that were given up, until the sweep or a person takes them up. */
    failedBatches: {
      erase: (...erased: [tenantId: string, erasure: Erasure]) =>
        eraseFromFailed({ blobs: platform.blobs, recordOf }, ...erased),
    },
    /** Records that could not be written as Parquet, until they are put back. */
    unconverted: {
      erase: (...erased: [tenantId: string, erasure: Erasure]) =>
        eraseUnconverted({ blobs: platform.blobs, lake: openLines(resources) }, ...erased),
    },
  }
}
