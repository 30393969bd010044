import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { Log } from '../../../telemetry/log'
import type { Connection, Connections, SocketProtocol, SocketProtocols } from '../../connections'
import type { ConnectionRows } from '../connections/rows'

type Named = Record<string, string | undefined>

/** These are the fields that we read of API Gateway's WebSocket events. */
export interface RealtimeEvent {
  requestContext: {
    eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT'
    connectionId: string
    domainName: string
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
  const { protocols, handshake, rows, connections, log } = needs
  const [first] = protocols

  function named(name: string | undefined): SocketProtocol | undefined {
    return name === undefined ? first : protocols.find((protocol) => protocol.name === name)
  }

  async function connect(event: RealtimeEvent): Promise<APIGatewayProxyStructuredResultV2> {
    const { connectionId, domainName, identity } = event.requestContext
    const protocol = named(event.queryStringParameters?.[PROTOCOL_PARAMETER])
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
   * Answers a message. Any protocol says in its reply when the other end is not known, or cannot be
   * found now.
   */
  async function replyTo(connectionId: string, message: Uint8Array): Promise<string> {
    const finding = rows.get(connectionId)
    const protocol = await finding.then(
      (connection) => named(connection?.protocol),
      () => first,
    )
    if (protocol !== undefined) return protocol.receive(() => finding, message)
    // A later version opened the connection: its message is not read as another protocol's.
    return first.receive(async () => undefined, message)
  }

  async function answer({ requestContext, body, isBase64Encoded }: RealtimeEvent) {
    const { connectionId } = requestContext
    const message = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
    const reply = await replyTo(connectionId, message)
    try {
      const outcome = await connections.send(connectionId, reply)
      if (outcome === 'gone') await rows.remove(connectionId)
    } catch (error) {
      // The events are stored already: a sender without an answer sends again, and is recognised.
      log.error('a receipt could not be sent', { connectionId, reason: (error as Error).message })
    }
  }

  return async function handleRealtime(
    event: RealtimeEvent,
  ): Promise<APIGatewayProxyStructuredResultV2> {
    const { eventType, connectionId } = event.requestContext
    if (eventType === 'CONNECT') return connect(event)
    if (eventType === 'MESSAGE') await answer(event)
    // API Gateway tells of most disconnections only; the others are forgotten with time.
    else await rows.remove(connectionId)
    return { statusCode: 200 }
  }
}

function given(named: Named | null | undefined): [string, string][] {
  const pairs = Object.entries(named ?? {})
  return pairs.filter((pair): pair is [string, string] => pair[1] !== undefined)
}
