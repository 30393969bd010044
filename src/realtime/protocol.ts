import type { SocketProtocols } from '../platform/connections'
import { createPublish, type MessageLimits, type PublishNeeds } from './publish'

/**
 * The list has every protocol whose messages are answered. The app answers the handshake of each at its path
 * (`http/realtime`); the platform remembers the protocol of each connection.
 */
export function socketProtocols(needs: PublishNeeds, limits: MessageLimits): SocketProtocols {
  return [createPublish(needs, limits)]
}
