import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import { openServing } from '.'
import { FAILED_CHANGES } from './change-feed/read'
import { createDeliveryQueue } from './delivery-queue'
import type { Resources } from './deployed/resources'
import { FAILED_BATCHES } from './lambda/failed-batches'
import { serviceTimeOuts, tableTimeOuts } from './time-outs'

/** Opens what has copies of events, and may erase them. */
export function openErasing(resources: Resources, needs: { clock: Clock; log: Log }) {
  const { deliveryQueueUrl: queueUrl, deliveriesTable: table } = resources
  const platform = openServing(resources, needs)
  return {
    ...platform,
    /** Takes the place of what of the platform erases nothing. */
    erasing: {
      deliveries: createDeliveryQueue({
        sqs: new SQSClient({ requestHandler: serviceTimeOuts }),
        dynamo: new DynamoDBClient({ requestHandler: tableTimeOuts }),
        ...{ queueUrl, table, clock: needs.clock },
      }),
    },
    /** Batches of the stream lie here that were given up, until the sweep or a person takes them up. */
    putAside: [FAILED_BATCHES, FAILED_CHANGES],
  }
}
