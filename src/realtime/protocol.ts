import type { SocketProtocols } from '../platform/connections'
import { createPublish, type MessageLimits, type PublishNeeds } from './publish'

/**
 * The list of everything that is spoken over connections. The app answers the handshake of each at its
 * path (`http/realtime`); the platform remembers with a connection which it speaks.
 */
export function socketProtocols(needs: PublishNeeds, limits: MessageLimits): SocketProtocols {
  return [createPublish(needs, limits)]
}
