import { randomUUID } from 'node:crypto'
import type { ServerWebSocket, WebSocketHandler } from 'bun'
import { AppError } from '../../error/app-error'
import type { Connection, Connections, SocketProtocol, SocketProtocols } from '../connections'
import { createUnanswered } from './unanswered'
import { within } from './within'

/** Bun holds this data with each connection. */
export interface Attached {
  connectionId: string
  connection: Connection
  protocol: SocketProtocol
  /** The promise resolves once everything that came so far is answered. */
  answered: Promise<unknown>
}

/** Sockets are the WebSockets of this process, and their side of the server. */
export interface Sockets extends AsyncDisposable {
  connections: Connections
  /**
   * @throws {AppError} `busy` when there are as many as there may be
   * @throws {Error} when nothing here speaks the connection's protocol
   */
  attach(connection: Connection): Attached
  handler: WebSocketHandler<Attached>
}

// Each socket may have the beginning of a message in our memory that we do not see before its end:
// connections can take so many times `maxPayloadLength`, 512 MB.
const MAX_SOCKETS = 512
// One tenant has half of them at most, so that others get in as well.
const SHARE_OF_ONE = 1 / 2

// So many bytes may wait for a receiver, some receipts; with more it does not read, and is closed.
const MAX_BEHIND = 1024 * 1024

// A connection may be so many seconds without a message or a pong; Bun pings before they are over.
const IDLE_SECONDS = 120

// The end of the server waits so long for answers, as it does for requests.
const STOP_MS = 5000

// The codes are those of RFC 6455, section 7.4.1, and of IANA's registry of close codes.
const GOING_AWAY = 1001
const TRY_AGAIN_LATER = 1013

/**
 * Messages of a connection are worked on at once, so that they share their fsync, and answered in the
 * order in which they came. Disposing answers what has come and closes all.
 */
export function createSockets(needs: {
  protocols: SocketProtocols
  maxMessageBytes: number
  /** So many may be open; one tenant has half of them. */
  maxSockets?: number
  /** One tenant may have so many messages that are not answered yet. */
  maxUnanswered?: number
}): Sockets {
  const { protocols, maxMessageBytes, maxSockets = MAX_SOCKETS, maxUnanswered } = needs
  const maxOfOne = Math.ceil(maxSockets * SHARE_OF_ONE)
  const open = new Map<string, ServerWebSocket<Attached>>()
  const countOf = new Map<string, number>()
  const admit = createUnanswered(maxMessageBytes, maxUnanswered)
  let isClosing = false

  function message(socket: ServerWebSocket<Attached>, sent: string | Buffer) {
    if (isClosing) return
    const { data } = socket
    const { connection, protocol } = data
    const leave = admit(connection.principal.tenantId, Buffer.byteLength(sent))
    if (leave === undefined) {
      return socket.close(TRY_AGAIN_LATER, 'Wait for answers; what has none, send again.')
    }
    const reply = protocol.receive(async () => connection, sent)
    data.answered = data.answered.then(async () => {
      socket.send(await reply)
      leave()
    })
  }

  function count({ principal: { tenantId } }: Connection, change: 1 | -1) {
    const now = (countOf.get(tenantId) ?? 0) + change
    if (now === 0) countOf.delete(tenantId)
    else countOf.set(tenantId, now)
  }

  return {
    connections: {
      async send(connectionId, text) {
        const socket = open.get(connectionId)
        // Bun returns 0 when it was closed, or is so far behind that it is about to be.
        return socket === undefined || socket.send(text) === 0 ? 'gone' : 'sent'
      },

      async close(connectionId) {
        open.get(connectionId)?.close()
      },
    },

    attach(connection) {
      const protocol = protocols.find(({ name }) => name === connection.protocol)
      if (protocol === undefined) throw new Error(`nothing speaks ${connection.protocol}`)
      const own = countOf.get(connection.principal.tenantId) ?? 0
      if (open.size >= maxSockets || own >= maxOfOne) {
        throw new AppError(
          'busy',
          `${own} connections of this tenant are open, of ${open.size} in all.`,
        )
      }
      return { connectionId: randomUUID(), connection, protocol, answered: Promise.resolve() }
    },

    handler: {
      // A message that is somewhat too large is answered so; beyond that, Bun closes with 1009.
      maxPayloadLength: 2 * maxMessageBytes,
      // A receiver that does not read must not fill our memory.
      closeOnBackpressureLimit: true,
      backpressureLimit: MAX_BEHIND,
      // A small message must not unpack to a large one.
      perMessageDeflate: false,
      idleTimeout: IDLE_SECONDS,
      sendPings: true,
      message,
      open(socket) {
        open.set(socket.data.connectionId, socket)
        count(socket.data.connection, 1)
      },
      close({ data }) {
        if (open.delete(data.connectionId)) count(data.connection, -1)
      },
    },

    async [Symbol.asyncDispose]() {
      isClosing = true
      const sockets = [...open.values()]
      await within(STOP_MS, Promise.all(sockets.map(({ data }) => data.answered)))
      for (const socket of sockets) socket.close(GOING_AWAY, 'The server stops.')
    },
  }
}
