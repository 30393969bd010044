import { memberOf } from '../../access/member'
import { AppError } from '../../error/app-error'
import { requireKeyOf, requireScope } from '../authenticate'
import type { App, AppContext } from '../context'
import { problems } from '../openapi'
import { rawOperation } from '../operation'
import { serverFacts } from '../receive'
import { typed } from '../reply'
import type { Reply } from '../route'
import { createRoute } from '../route'
import { z } from '../zod'

/** A page in a browser, which can set no header, names this subprotocol first and its key second. */
const PROTOCOL = 'nonius'

const route = createRoute({
  method: 'get',
  path: '/ws/publish',
  operationId: 'openPublish',
  tags: ['Native'],
  summary: 'Send events over a WebSocket',
  description:
    'Scope `events:write`. Each message is a body as at `POST /api/v1/events`: one event, an array of them, or one a line; each is answered by a message, the receipt or a problem document. Where no header can be set, the key may be the second of the subprotocols (`nonius, KEY`) or `key` in the address.',
  security: [{ key: [] }, {}],
  request: {
    query: z.object({
      key: z.string().optional().openapi({ description: 'The key, where no header can be set' }),
    }),
  },
  responses: {
    101: { description: 'The connection is a WebSocket now' },
    ...problems('unauthenticated', 'forbidden', 'upgrade_required', 'busy'),
  },
})

/** Registers the handshake; `realtime/publish.ts` answers the messages that follow it. */
export function openPublish(app: App) {
  rawOperation(app, route, async (c) => {
    const { principal, protocol } = await admit(c)
    const { ip, userAgent } = serverFacts(c, principal.keyId)
    // A key that came as a subprotocol is not repeated.
    const headers = protocol === undefined ? {} : { 'Sec-WebSocket-Protocol': protocol }
    if (c.env.upgrade?.(memberOf(principal, { ip, userAgent }), headers)) return handedOver()
    throw new AppError('upgrade_required', 'Open a WebSocket here: `Upgrade: websocket`.')
  })
}

/** The door has the connection, and sends nothing of this; a `Response` cannot have the status 101. */
function handedOver(): Reply<101, undefined> {
  return typed(new Response())
}

async function admit(c: AppContext) {
  if (c.req.header('Authorization') !== undefined) {
    return { principal: await requireScope(c, 'events:write'), protocol: undefined }
  }
  const offered = c.req.header('Sec-WebSocket-Protocol') ?? ''
  const [protocol, key] = offered.split(',').map((name) => name.trim())
  const isOurs = protocol === PROTOCOL
  const credential = (isOurs ? key : undefined) ?? c.req.query('key')
  const principal = await requireKeyOf(c, credential, 'events:write')
  return { principal, protocol: isOurs ? PROTOCOL : undefined }
}
