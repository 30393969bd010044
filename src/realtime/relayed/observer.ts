import type { Identity } from '../../access/identity'
import type { FindSource } from '../../access/keys/sources'
import { answers } from '../../observer/answers'
import type { Perform } from '../../observer/perform'
import { createRelay } from '../../observer/relay/relay'
import type { Clock } from '../../platform/clock'
import type { Connection, Connections, RelayedProtocol } from '../../platform/connections'
import type { DocumentStore } from '../../platform/document-store'
import type { Log } from '../../telemetry/log'
import { observerName, observerPath } from '../observer-address'

export interface RelayedObserverNeeds {
  documents: DocumentStore
  perform: Perform
  findSource: FindSource
  identity: Pick<Identity, 'isCurrent'>
  connections: Connections
  /** One message to a client has at most so many bytes. */
  maxMessageBytes: number
  /** Whoever calls has so many milliseconds left. */
  leftMs(): number
  clock: Clock
  log: Log
}

/** Makes what deals with frames of connections that no process holds, also when nothing more is heard of one. */
export function createStreamRelay(needs: Omit<RelayedObserverNeeds, 'identity'>) {
  const { findSource, connections, maxMessageBytes, log } = needs

  /** Sends an answer; what it is about is stored, whoever hears of that. */
  async function send(connectionId: string, text: string) {
    const isTooLarge = Buffer.byteLength(text) > maxMessageBytes
    try {
      await connections.send(connectionId, isTooLarge ? tooLarge(maxMessageBytes) : text)
    } catch (error) {
      log.warn('a stream could not be answered', { reason: (error as Error).message })
    }
  }

  return createRelay({
    ...needs,
    send,
    async settingsOf({ principal: { tenantId, sourceId } }) {
      return (await findSource(tenantId, sourceId))?.observer
    },
  })
}

/**
 * Makes the protocol of Learning Observer's clients where no process holds a connection: what is known of one
 * between two frames is in a document (`observer/relay`).
 */
export function createRelayedObserver(needs: RelayedObserverNeeds): RelayedProtocol {
  const { identity, connections, clock, log } = needs
  const relay = createStreamRelay(needs)

  async function refuse(connectionId: string) {
    const reason = 'The key or token no longer holds; connect with another.'
    await connections.send(connectionId, answers.notIdentified(reason))
    // The next handshake is refused, and a client backs off.
    await connections.close(connectionId)
  }

  async function dealt(connectionId: string, work: Promise<void>) {
    try {
      await work
    } catch (thrown) {
      const { message: reason } = thrown as Error
      log.error('a frame of a stream waits until its store can be reached', {
        connectionId,
        reason,
      })
    }
  }

  return {
    name: observerName,
    path: observerPath,
    hearsLate: true,

    async received(connectionId, connection, message, arrivedAt = clock.now()) {
      const place = placeOf(connectionId, connection)
      const scope = connection.principal.person === undefined ? 'events:write' : undefined
      const isCurrent = await identity.isCurrent(connection.principal, scope).catch(() => true)
      if (!isCurrent) return dealt(connectionId, refuse(connectionId))
      const at = arrivedAt.toISOString()
      const isText = typeof message === 'string'
      const frame = isText
        ? { at, text: message }
        : { at, text: Buffer.from(message).toString('base64'), isBinary: true as const }
      await dealt(connectionId, relay.deal(place, connection, frame))
    },

    async closed(connectionId, connection) {
      const end = { end: clock.now().toISOString() }
      const place = placeOf(connectionId, connection)
      await dealt(connectionId, relay.deal(place, connection, end))
    },
  }
}

function placeOf(connectionId: string, { principal: { tenantId } }: Connection) {
  return { tenantId, connectionId }
}

/** A blob can be larger by some characters than what can be sent: it came in a frame of other words. */
function tooLarge(maxBytes: number): string {
  const message = `The answer has more than ${maxBytes} bytes, the most that a message may have here`
  return JSON.stringify({ status: 'error', code: 'too_large', message })
}
