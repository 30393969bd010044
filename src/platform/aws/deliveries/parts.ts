import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { Clock } from '../../clock'
import { chunksOf } from '../dynamo/in-parallel'
import { createFigures } from './figures'
import { createJoining } from './joining'
import { createLanes } from './lanes'
import { createParkedDeliveries } from './parked'
import { createDeliveryRows } from './rows'
import { type Alarm, BATCH, createAlarms } from './wake-ups'

export interface QueueNeeds {
  sqs: SQSClient
  queueUrl: string
  dynamo: DynamoDBClient
  table: string
  clock: Clock
}

/** Makes the parts of which the queue and its log are made. They hold nothing themselves. */
export function createParts(needs: QueueNeeds) {
  const alarms = createAlarms(needs)
  const rows = createDeliveryRows(needs)

  /** Resolves once SQS has all of them. */
  async function ring(all: readonly Alarm[]): Promise<void> {
    for (const some of chunksOf(all, BATCH)) await alarms.set(some)
  }

  return {
    ...{ alarms, rows, ring },
    parked: createParkedDeliveries(needs, rows),
    lanes: createLanes({ ...needs, rows, ring }),
    joining: createJoining(needs, rows),
    figures: createFigures(needs),
    now: () => needs.clock.now().getTime(),
  }
}
