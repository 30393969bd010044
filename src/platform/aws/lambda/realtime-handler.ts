import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { Log } from '../../../telemetry/log'
import type {
  Connection,
  Connections,
  RelayedProtocol,
  SocketProtocol,
  SocketProtocols,
} from '../../connections'
import type { ConnectionRows } from '../connections/rows'

type Named = Record<string, string | undefined>

/** These are the fields that we read of API Gateway's WebSocket events. */
export interface RealtimeEvent {
  requestContext: {
    eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT'
    connectionId: string
    domainName: string
    /** API Gateway has had it since then, in ms since 1970. */
    requestTimeEpoch?: number
    identity?: { sourceIp?: string }
  }
  /** The handshake has these two. */
  headers?: Named | null
  queryStringParameters?: Named | null
  /** A message has these two. */
  body?: string | null
  isBase64Encoded?: boolean
}

interface Needs {
  protocols: SocketProtocols
  /** These send by themselves what is to be sent. */
  relayed?: readonly RelayedProtocol[]
  /** Says whether a connection may be opened, and with what headers to answer; or the refusal. */
  handshake(
    request: Request,
    ip: string | undefined,
  ): Promise<{ connection: Connection; headers: Record<string, string> } | Response>
  rows: ConnectionRows
  connections: Connections
  log: Log
}

// API Gateway has one address for all connections, so the protocol is a parameter of it.
const PROTOCOL_PARAMETER = 'protocol'

/**
 * Lambda calls this for `$connect`, `$default` and `$disconnect`. API Gateway holds the connection;
 * who is at the other end is in the table, and answers go out through its management API.
 */
export function createRealtimeHandler(needs: Needs) {
  const { protocols, relayed = [], handshake, rows, connections, log } = needs
  const [first] = protocols

  function named(name: string | undefined): SocketProtocol | undefined {
    return name === undefined ? first : protocols.find((protocol) => protocol.name === name)
  }

  function relayedAs(name: string | undefined): RelayedProtocol | undefined {
    return relayed.find((protocol) => protocol.name === name)
  }

  async function connect(event: RealtimeEvent): Promise<APIGatewayProxyStructuredResultV2> {
    const { connectionId, domainName, identity } = event.requestContext
    const name = event.queryStringParameters?.[PROTOCOL_PARAMETER]
    const protocol = relayedAs(name) ?? named(name)
    if (protocol === undefined) return { statusCode: 404 }
    const url = new URL(protocol.path, `https://${domainName}`)
    url.search = new URLSearchParams(given(event.queryStringParameters)).toString()
    const request = new Request(url.href, { headers: given(event.headers) })
    const answer = await handshake(request, identity?.sourceIp)
    // API Gateway passes on the status of a refusal alone.
    if (answer instanceof Response) return { statusCode: answer.status, body: await answer.text() }
    await rows.put(connectionId, answer.connection)
    return { statusCode: 200, headers: answer.headers }
  }

  /**
   * Finds the reply to a message. Any protocol says in it when the other end is not known, or cannot
   * be found now.
   */
  function replyTo(
    finding: Promise<Connection | undefined>,
    name: string | undefined,
    message: Uint8Array,
  ) {
    const protocol = named(name)
    if (protocol !== undefined) return protocol.receive(() => finding, message)
    // A later version opened the connection: its message is not read as another protocol's.
    return first.receive(async () => undefined, message)
  }

  async function answer({ requestContext, body, isBase64Encoded }: RealtimeEvent) {
    const { connectionId } = requestContext
    const finding = rows.get(connectionId)
    const connection = await finding.catch(() => undefined)
    const name = connection?.protocol
    const sent = body ?? ''
    const message = Buffer.from(sent, isBase64Encoded ? 'base64' : 'utf8')
    const relaying = relayedAs(name)
    if (connection !== undefined && relaying !== undefined) {
      const { requestTimeEpoch: epoch } = requestContext
      const arrivedAt = epoch === undefined ? undefined : new Date(epoch)
      const said = isBase64Encoded ? message : sent
      return relaying.received(connectionId, connection, said, arrivedAt)
    }
    const reply = await replyTo(finding, name, message)
    try {
      const outcome = await connections.send(connectionId, reply)
      if (outcome === 'gone') await rows.remove(connectionId)
    } catch (error) {
      // The events are stored already: a sender without an answer sends again, and is recognised.
      log.error('a receipt could not be sent', { connectionId, reason: (error as Error).message })
    }
  }

  async function disconnect(connectionId: string) {
    const known = await rows.get(connectionId)
    const relaying = relayedAs(known?.protocol)
    // Messages come to functions of their own: one may be heard after the end.
    const connection = relaying?.hearsLate ? known : await rows.remove(connectionId)
    if (connection === undefined) return
    if (relaying?.hearsLate) await rows.end(connectionId)
    await relaying?.closed(connectionId, connection)
  }

  return async function handleRealtime(
    event: RealtimeEvent,
  ): Promise<APIGatewayProxyStructuredResultV2> {
    const { eventType, connectionId } = event.requestContext
    if (eventType === 'CONNECT') return connect(event)
    if (eventType === 'MESSAGE') await answer(event)
    // API Gateway tells of most disconnections only; the others are forgotten with time.
    else await disconnect(connectionId)
    return { statusCode: 200 }
  }
}

function given(named: Named | null | undefined): [string, string][] {
  const pairs = Object.entries(named ?? {})
  return pairs.filter((pair): pair is [string, string] => pair[1] !== undefined)
}
