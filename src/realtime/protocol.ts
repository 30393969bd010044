import type { ConversationProtocol, SocketProtocols } from '../platform/connections'
import { createPublish, type MessageLimits, type PublishNeeds } from './publish'
import { createSubscribe, type SubscribeNeeds } from './subscribe'

/**
 * The list has every protocol whose messages are answered. The app answers the handshake of each at its path
 * (`http/realtime`); the platform remembers the protocol of each connection.
 */
export function socketProtocols(needs: PublishNeeds, limits: MessageLimits): SocketProtocols {
  return [createPublish(needs, limits)]
}

/** The list has every protocol of one machine in which either end speaks; none without subscriptions. */
export function conversations({ live, ...needs }: Conversing): ConversationProtocol[] {
  return live === undefined ? [] : [createSubscribe({ ...needs, live })]
}

type Conversing = Omit<SubscribeNeeds, 'live'> & { live?: SubscribeNeeds['live'] | undefined }
