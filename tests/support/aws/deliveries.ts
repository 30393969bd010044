import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { openLogged } from '../../../src/platform/aws/delivery-log'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { aClock } from '../deliveries'
import { aDynamoDbClient, freshTable } from './emulators'
import { type Fault, withFaults } from './faults'
import { anSqsClient, freshQueue, ringWithClock } from './queues'

const HOUR = 60 * 60 * 1000

/** A queue with its log, in a table and a queue of its own. */
export async function openDeliveries(
  plan: (command: string, nth: number) => Fault | undefined = () => undefined,
) {
  const [dynamo, sqs] = [await aDynamoDbClient(), await anSqsClient()]
  const table = await freshTable(dynamo, 'deliveries')
  const queueUrl = await freshQueue(sqs)
  const clock = aClock()
  const { waits } = ringWithClock(sqs, queueUrl, clock)
  const places = { queueUrl, table, clock }
  withFaults(dynamo, plan)
  withFaults(sqs, plan)
  const tokens = async () => createTokenSigner(new Uint8Array(32))
  const queue = openLogged({ ...places, dynamo, sqs, tokens })
  return {
    ...{ queue, sqs, dynamo, waits, places, advance: clock.advance },
    /** The queue as another process has it. */
    another: () => openLogged({ ...places, dynamo, sqs, tokens }),
    /** Whether SQS has anything left that rings. */
    async isSilent() {
      clock.advance(48 * HOUR)
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }))
      return Messages.length === 0
    },
    async [Symbol.asyncDispose]() {
      sqs.destroy()
      dynamo.destroy()
    },
  }
}
