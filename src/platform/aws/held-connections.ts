import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import { createConnections, MAX_MESSAGE_BYTES } from './connections'
import type { Resources } from './deployed/resources'
import { openLive } from './live'
import { createSubscriptions } from './subscriptions'
import { serviceTimeOuts, tableTimeOuts } from './time-outs'

interface Needs {
  clock: Clock
  log: Log
}

/**
 * Opens what posting to the connections takes that API Gateway holds.
 * @throws {StorageError} when positions cannot be signed
 */
export async function openHeldConnections(resources: Resources, { clock, log }: Needs) {
  const { connectionsEndpoint: endpoint, liveTable: table } = resources
  const client = new DynamoDBClient({ requestHandler: tableTimeOuts })
  const management = new ApiGatewayManagementApiClient({
    endpoint,
    requestHandler: serviceTimeOuts,
    // A message that came too late is read again; whoever is throttled now is so a moment later.
    maxAttempts: 1,
  })
  return {
    feed: await openLive(resources, { clock, log }),
    subscriptions: createSubscriptions({ client, table, clock }),
    connections: createConnections({ client: management }),
    maxMessageBytes: MAX_MESSAGE_BYTES,
  }
}
