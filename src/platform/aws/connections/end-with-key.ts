import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../clock'
import type { Connections } from '../../connections'
import { createConnections } from '../connections'
import type { Resources } from '../deployed/resources'
import { inParallel } from '../dynamo/in-parallel'
import { serviceTimeOuts } from '../time-outs'
import { type ConnectionRows, createConnectionRows } from './rows'

interface Needs {
  rows: Pick<ConnectionRows, 'openedWith'>
  connections: Connections
}

export type EndWithKey = (tenantId: string, keyId: string) => Promise<void>

// API Gateway answers within some ten milliseconds: a thousand connections take a second.
const AT_A_TIME = 32

// It is told as every refusal of a connection is; API Gateway closes without a reason of ours.
const FAREWELL = JSON.stringify({
  status: 'error',
  message: 'The key or token no longer holds; connect with another.',
  code: 'unauthenticated',
})

/** Makes what ends the connections that were opened with a key, and tells each why. */
export function createEndWithKey({ rows, connections }: Needs): EndWithKey {
  return async function endWithKey(tenantId, keyId) {
    const ids = await rows.openedWith({ tenantId, keyId })
    const failures: unknown[] = []
    // One that is in no state to be told is closed all the same. What was noted of a connection is
    // forgotten when API Gateway says that it has ended.
    await inParallel(ids, AT_A_TIME, async (id) => {
      const told = await connections.send(id, FAREWELL).catch(() => 'failed')
      if (told === 'gone') return
      await connections.close(id).catch((error) => failures.push(error))
    })
    if (failures.length > 0) throw failures[0]
  }
}

/** Opens it over what is deployed. */
export function openEndWithKey(
  { registryTable: table, connectionsEndpoint: endpoint }: Resources,
  { dynamo: client, clock }: { dynamo: DynamoDBClient; clock: Clock },
): EndWithKey {
  const management = new ApiGatewayManagementApiClient({
    endpoint,
    requestHandler: serviceTimeOuts,
  })
  const connections = createConnections({ client: management })
  return createEndWithKey({ rows: createConnectionRows({ client, table, clock }), connections })
}
