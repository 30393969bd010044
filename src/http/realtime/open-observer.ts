import { AppError } from '../../error/app-error'
import { observerName, observerPath } from '../../realtime/observer-address'
import { requireWriter } from '../authenticate'
import type { App } from '../context'
import { inHandshake, subprotocolHeaders } from '../credentials'
import { problems } from '../openapi'
import { rawOperation } from '../raw-operation'
import { optOutIn, serverFacts } from '../receive'
import { createRoute } from '../route'
import { handedOver } from './handed-over'
import { KeyInAddress } from './key-in-address'

const route = createRoute({
  method: 'get',
  path: observerPath,
  operationId: 'openObserver',
  tags: ['Native'],
  summary: 'Send a stream of Learning Observer',
  description:
    'Scope `events:write`, or the token of a person. Clients of Learning Observer (`lo_event`, its extension) send here as to its own server, at an address that has their key: `wss://HOST/wsapi/in/?key=KEY`. Each frame is an event, or one of `lock_fields`, `terminate`, `save_blob` and `fetch_blob`; answers are frames with a `status`: `auth`, `blocklist`, `fetch_blob`, and of ours `stored` (all frames up to `through` are on disk) and `error`. Nothing that is sent ends the connection. The address may end in a slash, as theirs does. See `docs/observer.md`.',
  security: [{ key: [] }, {}],
  request: { query: KeyInAddress },
  responses: {
    101: { description: 'The connection is a WebSocket now' },
    ...problems('unauthenticated', 'forbidden', 'upgrade_required', 'rate_limited', 'busy'),
  },
})

/** Answers the handshake. What follows it is `realtime/observer.ts`. */
export function openObserver(app: App) {
  rawOperation(app, route, async (c) => {
    const principal = await requireWriter(c, inHandshake)
    const { ip, userAgent } = serverFacts(c, principal.keyId)
    const connection = { protocol: observerName, principal, ip, userAgent, optOut: optOutIn(c) }
    if (c.env.upgrade?.(connection, subprotocolHeaders(c))) return handedOver()
    throw new AppError('upgrade_required', 'Open a WebSocket here: `Upgrade: websocket`.')
  })
}
