import { connections } from '../connections'
import { deliveryQueue, drainQueue } from '../queues'
import { deliveries } from '../tables'
import type { Permissions } from './permission'
import { rows } from './tables'

export const enqueueDeliveries: Permissions = [
  { actions: ['sqs:SendMessage'], resources: [deliveryQueue.arn] },
  ...rows(deliveries),
]

/** Shows the log of deliveries: which there are comes from the index, which holds keys only. */
export const readDeliveryLog: Permissions = [
  { actions: ['dynamodb:Query'], resources: [$interpolate`${deliveries.arn}/index/*`] },
  { actions: ['dynamodb:BatchGetItem'], resources: [deliveries.arn] },
]

export const receiveDeliveries: Permissions = [
  {
    actions: [
      'sqs:ReceiveMessage',
      'sqs:SendMessage', // for notices, and what was parked while its webhook was being enabled
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ],
    resources: [deliveryQueue.arn],
  },
  ...rows(deliveries),
]

/** Hands out what was put aside, and sends what is not done again. */
export const sendWork: Permissions = [{ actions: ['sqs:SendMessage'], resources: [drainQueue.arn] }]

/** Hands out nothing more while much still waits. */
export const countWork: Permissions = [
  { actions: ['sqs:GetQueueAttributes'], resources: [drainQueue.arn] },
]

export const receiveWork: Permissions = [
  {
    actions: [
      ...['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      ...['sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
    ],
    resources: [drainQueue.arn],
  },
]

/** Knows how many deliveries wait for a webhook before it makes more of a replay. */
export const countDeliveries: Permissions = [
  { actions: ['dynamodb:Query'], resources: [$interpolate`${deliveries.arn}/index/*`] },
]

export const sendToConnections: Permissions = [
  {
    actions: ['execute-api:ManageConnections'],
    resources: [$interpolate`${connections.nodes.api.executionArn}/*/*/@connections/*`],
  },
]
