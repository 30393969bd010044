import { type BlobsNeeds, createBlobs } from '../observer/blobs'
import { type Perform, type PerformNeeds, performWith } from '../observer/perform'
import type { ConversationProtocol, SocketProtocols } from '../platform/connections'
import type { DocumentStore } from '../platform/document-store'
import { native } from '../standards/native/standard'
import { createObserver, type ObserverNeeds } from './observer'
import { createPublish, type MessageLimits, type PublishNeeds } from './publish'
import { createSubscribe, type SubscribeNeeds } from './subscribe'

/**
 * The list has every protocol whose messages are answered. The app answers the handshake of each at its path
 * (`http/realtime`); the platform remembers the protocol of each connection.
 */
export function socketProtocols(needs: PublishNeeds, limits: MessageLimits): SocketProtocols {
  return [createPublish(needs, limits)]
}

/** The list has every protocol of one machine in which either end speaks. */
export function conversations({ live, ...needs }: Conversing): ConversationProtocol[] {
  const { documents } = needs.platform
  const observer = createObserver({ ...needs, documents, perform: performOf(needs) })
  return live === undefined ? [observer] : [createSubscribe({ ...needs, live }), observer]
}

/** Makes what stores frames of streams, and blobs beside them. */
export function performOf({ platform: { documents }, ...needs }: Performing): Perform {
  return performWith({ ...needs, standard: native, blobs: createBlobs({ ...needs, documents }) })
}

type Performing = Omit<PerformNeeds, 'blobs' | 'standard'> &
  Omit<BlobsNeeds, 'documents'> & { platform: { documents: DocumentStore } }

type Conversing = Omit<SubscribeNeeds, 'live'> & {
  live?: SubscribeNeeds['live'] | undefined
} & Omit<ObserverNeeds, 'documents' | 'perform'> &
  Performing
