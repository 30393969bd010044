import { AppError } from '../../error/app-error'
import { subscribeName, subscribePath } from '../../realtime/subscribe-frames'
import { requireScope } from '../authenticate'
import type { App } from '../context'
import { inHandshake, subprotocolHeaders } from '../credentials'
import { problems } from '../openapi'
import { rawOperation } from '../raw-operation'
import { serverFacts } from '../receive'
import { createRoute } from '../route'
import { handedOver } from './handed-over'
import { KeyInAddress } from './key-in-address'

const route = createRoute({
  method: 'get',
  path: subscribePath,
  operationId: 'openSubscribe',
  tags: ['Native'],
  summary: 'Follow events over a WebSocket',
  description:
    'Scope `events:read`. The first message, within 10 s, says what to follow: `{"event_types"?, "session_id"?, "user_id"?, "filter"?, "filters"?, "after"?, "format"?}`, all of which must hold; `{}` is everything. It is answered `{"status":"subscribed", …}`, and each event that matches is a message from then on, with its `position` to go on `after`. The key is shown as at `/ws/publish`.',
  security: [{ key: [] }, {}],
  request: { query: KeyInAddress },
  responses: {
    101: { description: 'The connection is a WebSocket now' },
    ...problems('unauthenticated', 'forbidden', 'upgrade_required', 'rate_limited', 'busy'),
  },
})

/** Answers the handshake. What follows it is `realtime/subscribe.ts`. */
export function openSubscribe(app: App) {
  rawOperation(app, route, async (c) => {
    const principal = await requireScope(c, 'events:read', inHandshake)
    const { ip, userAgent } = serverFacts(c, principal.keyId)
    const connection = { protocol: subscribeName, principal, ip, userAgent }
    if (c.env.upgrade?.(connection, subprotocolHeaders(c))) return handedOver()
    throw new AppError('upgrade_required', 'Open a WebSocket here: `Upgrade: websocket`.')
  })
}
