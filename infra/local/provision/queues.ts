import { CreateQueueCommand } from '@aws-sdk/client-sqs'
import type { GraphResource } from '../../synth/graph'
import type { AdminClients } from './clients'

/** Makes a queue; one that is there with the same attributes is no error. */
export async function provisionQueue({ inputs }: GraphResource, { sqs }: AdminClients) {
  const { name, visibilityTimeoutSeconds, messageRetentionSeconds, redrivePolicy } = inputs
  const Attributes = {
    VisibilityTimeout: String(visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(messageRetentionSeconds),
    ...(redrivePolicy && { RedrivePolicy: redrivePolicy }),
  }
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }))
}
