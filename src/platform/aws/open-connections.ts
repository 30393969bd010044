import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Clock } from '../clock'
import { createConnections } from './connections'
import { createConnectionRows } from './connections/rows'
import type { Resources } from './deployed/resources'
import { serviceTimeOuts, tableTimeOuts } from './time-outs'

// It is apart from what answers HTTP, whose start is not to read the client of API Gateway.

/** Opens the table of who is connected over WebSocket, and the way to answer them. */
export function openConnections(resources: Resources, { clock }: { clock: Clock }) {
  const { registryTable: table, connectionsEndpoint: endpoint } = resources
  const client = new DynamoDBClient({ requestHandler: tableTimeOuts })
  const management = new ApiGatewayManagementApiClient({
    endpoint,
    requestHandler: serviceTimeOuts,
  })
  return {
    rows: createConnectionRows({ client, table, clock }),
    connections: createConnections({ client: management }),
  }
}
