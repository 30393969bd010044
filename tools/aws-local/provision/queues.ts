import { CreateQueueCommand } from '@aws-sdk/client-sqs'
import type { GraphResource } from '../../synth/graph'
import { type AdminClients, unlessThere } from './clients'

/** Makes a queue; one that is there stays as it is. */
export async function provisionQueue({ inputs }: GraphResource, { sqs }: AdminClients) {
  const { name, visibilityTimeoutSeconds, messageRetentionSeconds, redrivePolicy, fifoQueue } =
    inputs
  const Attributes = {
    VisibilityTimeout: String(visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(messageRetentionSeconds),
    ...(redrivePolicy && { RedrivePolicy: redrivePolicy }),
    ...(fifoQueue && { FifoQueue: 'true' }),
  }
  await unlessThere(sqs.send(new CreateQueueCommand({ QueueName: name, Attributes })))
}
