import { publishPath } from '../../realtime/publish-address'
import { problems } from '../openapi'
import { createRoute } from '../route'
import { KeyInAddress } from './key-in-address'

export const route = createRoute({
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
