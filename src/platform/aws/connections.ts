import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { StorageError } from '../../error/storage-error'
import type { Connections } from '../connections'
import { guarded } from './errors'

/** A message in either direction has at most 128 KB, by API Gateway's quota for WebSocket APIs. */
export const MAX_MESSAGE_BYTES = 128 * 1024

/**
 * Sends to connections and closes them.
 * @param client of the stage's own endpoint, `https://…execute-api…/stage`
 */
export function createConnections(needs: { client: ApiGatewayManagementApiClient }): Connections {
  const { client } = needs

  /** Runs `work`. @returns undefined when the connection is gone: API Gateway answers 410 */
  async function unlessGone<Result>(what: string, work: () => Promise<Result>) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof GoneException) return undefined
      return guarded(what, () => Promise.reject(error))
    }
  }

  return {
    async send(ConnectionId, message) {
      const Data = Buffer.from(message)
      if (Data.byteLength > MAX_MESSAGE_BYTES) {
        const size = `${Data.byteLength} bytes, and API Gateway takes ${MAX_MESSAGE_BYTES}`
        throw new StorageError(`sending a message: it has ${size}`, { isRetriable: false })
      }
      const command = new PostToConnectionCommand({ ConnectionId, Data })
      const reply = await unlessGone('sending a message', () => client.send(command))
      return reply === undefined ? 'gone' : 'sent'
    },

    async close(ConnectionId) {
      const command = new DeleteConnectionCommand({ ConnectionId })
      await unlessGone('closing a connection', () => client.send(command))
    },
  }
}
