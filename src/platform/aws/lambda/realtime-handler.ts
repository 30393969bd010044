import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { Log } from '../../../telemetry/log'
import type { Connections, Member } from '../../connections'
import type { ConnectionRows } from '../connections/rows'

type Named = Record<string, string | undefined>

/** What of the events of a WebSocket API is read here. */
export interface RealtimeEvent {
  requestContext: {
    eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT'
    connectionId: string
    domainName: string
    identity?: { sourceIp?: string }
  }
  /** Of the handshake. */
  headers?: Named | null
  queryStringParameters?: Named | null
  /** Of a message. */
  body?: string | null
  isBase64Encoded?: boolean
}

interface Needs {
  /** Where connections are opened, e.g. `/ws/publish`. */
  path: string
  /** Whether one may be opened, and with what to answer; or the refusal. */
  handshake(
    request: Request,
    ip: string | undefined,
  ): Promise<{ member: Member; headers: Record<string, string> } | Response>
  /** Answers a message. Never throws. */
  publish(who: () => Promise<Member | undefined>, message: string | Uint8Array): Promise<string>
  rows: ConnectionRows
  connections: Connections
  log: Log
}

/**
 * What Lambda calls for `$connect`, `$default` and `$disconnect`. API Gateway holds the connection;
 * who is at the other end is in the table, and answers go out through its management API.
 */
export function createRealtimeHandler(needs: Needs) {
  const { path, handshake, publish, rows, connections, log } = needs

  async function connect(event: RealtimeEvent): Promise<APIGatewayProxyStructuredResultV2> {
    const { connectionId, domainName, identity } = event.requestContext
    const url = new URL(path, `https://${domainName}`)
    url.search = new URLSearchParams(given(event.queryStringParameters)).toString()
    const request = new Request(url.href, { headers: given(event.headers) })
    const answer = await handshake(request, identity?.sourceIp)
    // Of a refusal API Gateway passes on the status alone.
    if (answer instanceof Response) return { statusCode: answer.status, body: await answer.text() }
    await rows.put(connectionId, answer.member)
    return { statusCode: 200, headers: answer.headers }
  }

  async function answer({ requestContext, body, isBase64Encoded }: RealtimeEvent) {
    const { connectionId } = requestContext
    const message = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
    const reply = await publish(() => rows.get(connectionId), message)
    try {
      const outcome = await connections.send(connectionId, reply)
      if (outcome === 'gone') await rows.remove(connectionId)
    } catch (error) {
      // What is stored is stored: a sender without an answer sends again, and is recognised.
      log.error('a receipt could not be sent', { connectionId, reason: (error as Error).message })
    }
  }

  return async function handleRealtime(
    event: RealtimeEvent,
  ): Promise<APIGatewayProxyStructuredResultV2> {
    const { eventType, connectionId } = event.requestContext
    if (eventType === 'CONNECT') return connect(event)
    if (eventType === 'MESSAGE') await answer(event)
    // Told of most disconnections only; the others are forgotten with time.
    else await rows.remove(connectionId)
    return { statusCode: 200 }
  }
}

function given(named: Named | null | undefined): [string, string][] {
  const pairs = Object.entries(named ?? {})
  return pairs.filter((pair): pair is [string, string] => pair[1] !== undefined)
}
