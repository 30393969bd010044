import { randomUUID } from 'node:crypto'
import type { Server, ServerWebSocket, WebSocketHandler } from 'bun'
import { AppError } from '../../error/app-error'
import type {
  Connection,
  Connections,
  Conversation,
  ConversationProtocol,
  SocketProtocols,
} from '../connections'
import { createHalfSent, type HalfSent, type Watched } from './sockets/half-sent'
import { MAX_PUBLISHERS, MAX_REFUSED, readableBytes } from './sockets/how-many'
import { createLines, type LocalLine } from './sockets/lines'
import { createPlaces } from './sockets/places'
import { closeRevoked } from './sockets/revoked'
import { keyOfPeer, openTcpBytes, type Peer } from './sockets/tcp-bytes'
import { createUnanswered } from './unanswered'
import { within } from './within'

/** Bun holds this data with each connection. */
export interface Attached {
  connectionId: string
  connection: Connection
  /** False for one that is opened to be told that there is no place for it. */
  hasPlace: boolean
  peer: Peer | undefined
  /** The promise resolves once everything that came so far is answered. */
  answered: Promise<unknown>
  conversation?: Conversation
  line?: LocalLine
  watched?: Watched
}

/** Sockets are the WebSockets of this process, and their side of the server. */
export interface Sockets extends AsyncDisposable {
  connections: Connections
  /**
   * @param peer the other end of its TCP connection, which may be a proxy
   * @throws {AppError} `busy` when there are as many as there may be; `rate_limited` when there are of
   * its address
   * @throws {Error} when nothing here speaks the connection's protocol
   */
  attach(connection: Connection, peer?: Peer): Attached
  /** The server takes connections from now on. */
  listening(server: { port?: number | undefined } & Pick<Server<Attached>, 'publish'>): void
  handler: WebSocketHandler<Attached>
}

// As many as a real-time pipeline has.
const MAX_SUBSCRIBERS = 5000

// Each socket may have the beginning of a message in our memory that we do not see before its end.
// Where the kernel does not tell how much came, that many are open at most.
const MAX_UNSEEN = 512 * 1024 * 1024

// So many bytes may wait for a receiver, some receipts; with more it does not read, and is closed.
const MAX_BEHIND = 1024 * 1024

// A connection may be so many seconds without a message or a pong; Bun pings before they are over.
const IDLE_SECONDS = 120

// The end of the server waits so long for answers, as it does for requests.
const STOP_MS = 5000

// The codes are those of RFC 6455, section 7.4.1, and of IANA's registry of close codes.
const GOING_AWAY = 1001
const TRY_AGAIN_LATER = 1013

/** Measures the head of a client's frame (RFC 6455, section 5.2). */
function headBytes(bytes: number): number {
  if (bytes < 126) return 6
  return bytes < 65_536 ? 8 : 14
}

/**
 * Messages of a connection are worked on at once, so that they share their fsync, and answered in the
 * order in which they came; conversations do as they like. Disposing answers what has come and closes
 * all.
 */
export function createSockets(needs: {
  protocols: SocketProtocols
  conversations?: readonly ConversationProtocol[]
  maxMessageBytes: number
  /** So many of a protocol may be open; one tenant has half of them. */
  maxSockets?: number
  /** So many of a conversation may be open; one tenant has half of them. */
  maxSubscribers?: number
  /** So many may be open to be told that there is no place; the others are told by the handshake. */
  maxRefused?: number
  /** One address may have so many of all kinds. Left out, as many as it likes. */
  maxPerAddress?: number
  /** One tenant may have so many messages that are not answered yet. */
  maxUnanswered?: number
  /** Beginnings of messages may take so many bytes. */
  halfSentBytes?: number
  /** Whoever takes nothing of what waits for so long is cut off. */
  stalledMs?: number
}): Sockets {
  const { protocols, conversations = [], maxMessageBytes, maxUnanswered } = needs
  const { halfSentBytes, stalledMs } = needs
  const { maxSockets = MAX_PUBLISHERS, maxSubscribers = MAX_SUBSCRIBERS, maxPerAddress } = needs
  const { maxRefused = MAX_REFUSED } = needs
  const maxPayloadLength = readableBytes(maxMessageBytes)
  const places = createPlaces(
    new Map([
      ...protocols.map(({ name }) => [name, maxSockets] as const),
      ...conversations.map(({ name }) => [name, maxSubscribers] as const),
    ]),
    maxPerAddress,
  )
  const open = new Map<string, ServerWebSocket<Attached>>()
  const lines = createLines({ stalledMs })
  const admit = createUnanswered(maxMessageBytes, maxUnanswered)
  const revoking = closeRevoked(protocols, open)
  let halfSent: HalfSent | undefined
  let maxOpen = Number.POSITIVE_INFINITY
  let refused = 0
  let isClosing = false

  /** Notes what came whole. @returns how many bytes it has without its head */
  function seen({ data: { watched } }: ServerWebSocket<Attached>, sent: string | Buffer): number {
    const bytes = Buffer.byteLength(sent)
    if (watched) watched.seenBytes += bytes + headBytes(bytes)
    return bytes
  }

  function message(socket: ServerWebSocket<Attached>, sent: string | Buffer) {
    const bytes = seen(socket, sent)
    if (isClosing) return
    const { data } = socket
    const { connection, conversation } = data
    if (conversation) return conversation.received(sent)
    const protocol = protocols.find(({ name }) => name === connection.protocol)
    if (protocol === undefined) return
    const leave = admit(connection.principal.tenantId, bytes)
    if (leave === undefined) {
      return socket.close(TRY_AGAIN_LATER, 'Wait for answers; what has none, send again.')
    }
    const reply = protocol.receive(async () => connection, sent)
    data.answered = data.answered.then(async () => {
      socket.send(await reply)
      leave()
    })
  }

  function opened(socket: ServerWebSocket<Attached>) {
    const { data } = socket
    const { connection, connectionId, peer, hasPlace } = data
    const { tenantId } = connection.principal
    open.set(connectionId, socket)
    if (hasPlace) places.change(connection, 1)
    else refused += 1
    if (peer && halfSent) {
      const cut = () => socket.terminate()
      data.watched = { key: keyOfPeer(peer), tenantId, seenBytes: 0, cut }
      halfSent.opened(data.watched)
    }
    const speaks = conversations.find(({ name }) => name === connection.protocol)
    if (speaks === undefined) return
    data.line = lines.open(socket, tenantId, () => data.conversation?.drained())
    if (hasPlace) data.conversation = speaks.open(connection, data.line)
    else speaks.refuse?.(data.line)
  }

  function closed({ data }: ServerWebSocket<Attached>) {
    if (!open.delete(data.connectionId)) return
    if (data.hasPlace) places.change(data.connection, -1)
    else refused -= 1
    if (data.watched) halfSent?.closed(data.watched)
    data.line?.ended()
    data.conversation?.closed()
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

    attach(connection, peer) {
      const speaks = conversations.find(({ name }) => name === connection.protocol)
      if (speaks === undefined && !protocols.some(({ name }) => name === connection.protocol)) {
        throw new Error(`nothing speaks ${connection.protocol}`)
      }
      places.checkAddress(connection)
      const wanting = places.wanting(connection)
      // Who is opened to be told that there is no place has one of another kind.
      const isTold = speaks?.refuse !== undefined
      const isFull = open.size >= maxOpen || (isTold && refused >= maxRefused)
      if ((wanting !== undefined && !isTold) || isFull) {
        throw new AppError('busy', wanting ?? `${open.size} connections are open.`)
      }
      const hasPlace = wanting === undefined
      const answered = Promise.resolve()
      return { connectionId: randomUUID(), connection, hasPlace, peer, answered }
    },

    listening(server) {
      lines.publishBy((topic, text) => void server.publish(topic, text))
      const tcpBytes = openTcpBytes(server.port ?? 0)
      if (tcpBytes)
        halfSent = createHalfSent(tcpBytes, maxPayloadLength, { maxBytes: halfSentBytes })
      else maxOpen = Math.max(1, Math.floor(MAX_UNSEEN / maxPayloadLength))
    },

    handler: {
      // A message that is somewhat too large is answered so; beyond that, Bun closes with 1009.
      maxPayloadLength,
      // A receiver that does not read must not fill our memory.
      closeOnBackpressureLimit: true,
      backpressureLimit: MAX_BEHIND,
      // A small message must not unpack to a large one.
      perMessageDeflate: false,
      idleTimeout: IDLE_SECONDS,
      sendPings: true,
      message,
      ping: (socket, sent) => void seen(socket, sent),
      pong: (socket, sent) => void seen(socket, sent),
      open: opened,
      drain: ({ data }) => data.line?.wrote(),
      close: closed,
    },

    async [Symbol.asyncDispose]() {
      isClosing = true
      revoking[Symbol.dispose]()
      const sockets = [...open.values()]
      const settled = conversations.map((one) => one.settle?.())
      const answered = sockets.map(({ data }) => data.answered)
      await within(STOP_MS, Promise.all([...answered, ...settled]))
      for (const socket of sockets) {
        const { line = socket } = socket.data
        line.close(GOING_AWAY, 'The server stops.')
      }
      lines[Symbol.dispose]()
      halfSent?.[Symbol.dispose]()
    },
  }
}
