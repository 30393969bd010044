import { AppError } from '../../error/app-error'
import { publishName, publishPath } from '../../realtime/publish-address'
import { requireScope } from '../authenticate'
import type { App } from '../context'
import { inHandshake, subprotocolHeaders } from '../credentials'
import { problems } from '../openapi'
import { rawOperation } from '../operation'
import { optOutIn, serverFacts } from '../receive'
import { createRoute } from '../route'
import { handedOver, KeyInAddress } from './handed-over'

const route = createRoute({
  method: 'get',
  path: publishPath,
  operationId: 'openPublish',
  tags: ['Native'],
  summary: 'Send events over a WebSocket',
  description:
    'Scope `events:write`. Each message is a body as at `POST /api/v1/events`: one event, an array of them, or one a line; each is answered by a message. One event: `{ status: "ok", event_id }` and the members of its receipt; several: the receipt; what is refused: a problem document with `status: "error"` and `message`. Where no header can be set, the key may be the second of the subprotocols (`nonius, KEY`) or `key`, or `api_key`, in the address.',
  security: [{ key: [] }, {}],
  request: { query: KeyInAddress },
  responses: {
    101: { description: 'The connection is a WebSocket now' },
    ...problems('unauthenticated', 'forbidden', 'upgrade_required', 'rate_limited', 'busy'),
  },
})

/** Answers the handshake. What follows it is `realtime/publish.ts`. */
export function openPublish(app: App) {
  rawOperation(app, route, async (c) => {
    const principal = await requireScope(c, 'events:write', inHandshake)
    const { ip, userAgent } = serverFacts(c, principal.keyId)
    const optOut = optOutIn(c)
    const connection = { protocol: publishName, principal, ip, userAgent, optOut }
    if (c.env.upgrade?.(connection, subprotocolHeaders(c))) return handedOver()
    throw new AppError('upgrade_required', 'Open a WebSocket here: `Upgrade: websocket`.')
  })
}
