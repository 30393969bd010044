import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSRecord } from 'aws-lambda'
import { pollQueue } from '../../../tools/aws-local/queue-poller'
import type { Invocation } from '../../../tools/aws-local/stream-batch'
import { eventually } from '../../support/aws/deployment'
import { ministackSettings } from '../../support/aws/emulators'

let client: SQSClient
beforeAll(async () => {
  client = new SQSClient(await ministackSettings())
})
afterAll(() => client.destroy())

let queues = 0

/** A queue whose messages come back at once, fed to a function that answers as it is told. */
async function followedQueue(answer: (record: SQSRecord) => Invocation) {
  queues += 1
  const QueueName = `polled-${process.pid}-${queues}`
  const Attributes = { VisibilityTimeout: '0' }
  const made = await client.send(new CreateQueueCommand({ QueueName, Attributes }))
  const QueueUrl = made.QueueUrl!
  const given: SQSRecord[] = []
  const mapping = {
    queueUrl: QueueUrl,
    queueArn: `arn:aws:sqs:us-east-1:123456789012:${QueueName}`,
    batchSize: 1,
    reportsItemFailures: true,
  }
  return {
    given,
    start: () =>
      pollQueue({
        client,
        mapping,
        async invoke({ Records }) {
          given.push(...Records)
          return answer(Records[0]!)
        },
        onError: (error) => {
          throw error
        },
      }),
    send: (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody })),
    async isEmpty() {
      const AttributeNames = ['All' as const]
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames })
      const { Attributes = {} } = await client.send(command)
      const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: taken } =
        Attributes
      return waiting === '0' && taken === '0'
    },
  }
}

const done: Invocation = { kind: 'returned', payload: { batchItemFailures: [] } }
const thrown: Invocation = { kind: 'failed', errorType: 'Error', errorMessage: 'no' }
const reported = ({ messageId: itemIdentifier }: SQSRecord): Invocation => {
  return { kind: 'returned', payload: { batchItemFailures: [{ itemIdentifier }] } }
}

describe('a queue that feeds a function', () => {
  it('hands each message over as Lambda writes it, and deletes it once it is handled', async () => {
    const queue = await followedQueue(() => done)
    await queue.send('{"a":1}')
    await using _ = queue.start()
    await eventually(queue.isEmpty)
    expect(queue.given).toHaveLength(1)
    expect(queue.given[0]).toMatchObject({
      body: '{"a":1}',
      eventSource: 'aws:sqs',
      awsRegion: 'us-east-1',
      attributes: { ApproximateReceiveCount: '1' },
    })
  })

  const failing: [name: string, outcome: (record: SQSRecord) => Invocation][] = [
    ['the function throws', () => thrown],
    ['the function reports it', reported],
    [
      'what it reports cannot be understood',
      () => ({ kind: 'returned', payload: { batchItemFailures: [{}] } }),
    ],
  ]
  for (const [name, outcome] of failing) {
    it(`hands a message over again when ${name}`, async () => {
      let failures = 2
      const queue = await followedQueue((record) => (failures-- > 0 ? outcome(record) : done))
      await queue.send('x')
      await using _ = queue.start()
      await eventually(queue.isEmpty)
      const counts = queue.given.map(({ attributes }) => attributes.ApproximateReceiveCount)
      expect(counts).toEqual(['1', '2', '3'])
    })
  }
})
