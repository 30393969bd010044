import { randomUUID } from 'node:crypto'

export interface SocketConnection {
  id: string
  connectedAt: number
  sourceIp: string
  userAgent: string
}

const kinds = { $connect: 'CONNECT', $default: 'MESSAGE', $disconnect: 'DISCONNECT' } as const
export type RouteKey = keyof typeof kinds

/** Makes the event that a WebSocket API of API Gateway makes for a route. */
export function socketEvent(
  routeKey: RouteKey,
  { id, connectedAt, sourceIp, userAgent }: SocketConnection,
  place: { apiId: string; stage: string; host: string },
  more: object = {},
) {
  const now = Date.now()
  return {
    requestContext: {
      routeKey,
      eventType: kinds[routeKey],
      ...(routeKey === '$default' && { messageId: randomUUID() }),
      extendedRequestId: randomUUID(),
      requestTime: new Date(now).toUTCString(),
      messageDirection: 'IN',
      stage: place.stage,
      connectedAt,
      requestTimeEpoch: now,
      identity: { sourceIp, userAgent },
      requestId: randomUUID(),
      domainName: place.host,
      connectionId: id,
      apiId: place.apiId,
    },
    isBase64Encoded: false,
    ...more,
  }
}

/**
 * Returns the part of an event that describes the handshake: API Gateway gives each header and
 * parameter once, and in full beside it.
 */
export function handshakePart(request: Request) {
  const { searchParams } = new URL(request.url)
  const headers = Object.fromEntries(request.headers)
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, [v]])),
    ...(searchParams.size > 0 && {
      queryStringParameters: Object.fromEntries(searchParams),
      multiValueQueryStringParameters: Object.fromEntries(
        [...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]),
      ),
    }),
  }
}
