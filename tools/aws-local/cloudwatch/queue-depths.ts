import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { Graph } from '../../synth/graph'
import type { Count } from './metric-store'

/** Counts what waits in the queues of a graph, as SQS does every minute ("Available CloudWatch metrics for Amazon SQS"). */
export async function countQueues({ resources }: Graph, client: SQSClient, count: Count) {
  const queues = resources.filter(({ type }) => type === 'aws:sqs/queue:Queue')
  for (const { inputs } of queues) {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: inputs.name }))
    const asked = { QueueUrl, AttributeNames: ['ApproximateNumberOfMessages' as const] }
    const { Attributes } = await client.send(new GetQueueAttributesCommand(asked))
    count({
      ...{ namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible' },
      dimensions: { QueueName: inputs.name },
      value: Number(Attributes?.ApproximateNumberOfMessages ?? 0),
    })
  }
}
