import { describe, expect, it } from 'bun:test'
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi'
import { StorageError } from '../../../src/error/storage-error'
import { createConnections } from '../../../src/platform/aws/connections'
import { connectionsContract } from '../../contracts/connections.contract'
import { ministackSettings } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { makeWebSocketApi } from '../../support/aws/websocket-api'
import { openSocket } from '../../support/sockets'

let api: ReturnType<typeof makeWebSocketApi> | undefined

async function open(plan: () => Fault | undefined = () => undefined) {
  const { endpoint, ...settings } = await ministackSettings()
  api ??= makeWebSocketApi(endpoint)
  const { url, managementEndpoint } = await api
  const client = new ApiGatewayManagementApiClient({ ...settings, endpoint: managementEndpoint })
  const connections = createConnections({ client: withFaults(client, plan) })
  return {
    connections,
    async connect() {
      const socket = await openSocket(url)
      socket.send('who am I?')
      return { socket, connectionId: await socket.next() }
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  }
}

connectionsContract('API Gateway', () => open())

describe('Connections of API Gateway', () => {
  it('say plainly that a message is larger than API Gateway takes, which waiting will not change', async () => {
    await using test = await open()
    const { connectionId, socket } = await test.connect()
    expect(await test.connections.send(connectionId, 'x'.repeat(128 * 1024))).toBe('sent')
    expect(await socket.next()).toHaveLength(128 * 1024)
    const refusal = await test.connections
      .send(connectionId, `${'x'.repeat(128 * 1024 - 1)}ß`)
      .catch((error) => error)
    expect(refusal).toBeInstanceOf(StorageError)
    expect(refusal).toMatchObject({ isRetriable: false })
    expect(refusal.message).toContain('131072')
  })

  const faults: [Fault, isRetriable: boolean][] = [
    ['unreachable', true],
    ['throttled', true],
    ['broken', true],
    ['expired-token', true],
    ['denied', false],
  ]
  for (const [fault, isRetriable] of faults) {
    it(`pass on that API Gateway was ${fault}, as an error that ${isRetriable ? 'may pass' : 'stays'}`, async () => {
      await using test = await open(() => fault)
      const { send, close } = test.connections
      for (const call of [() => send('one', 'hello'), () => close('one')]) {
        const refusal = await call().catch((error) => error)
        expect(refusal).toBeInstanceOf(StorageError)
        expect(refusal).toMatchObject({ isRetriable })
      }
    }, 240_000)
  }
})
