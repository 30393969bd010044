import { native } from '../../standards/native/standard'
import { requireWriter } from '../authenticate'
import type { App, AppContext } from '../context'
import { keyInPath } from '../credentials'
import { problems } from '../openapi'
import { rawOperation } from '../raw-operation'
import { preferHeader } from '../receipt-schemas'
import { createRoute } from '../route'
import { z } from '../zod'
import { NativeBody, NativeLines, nativeBodies } from './event'
import { formOf } from './form'
import type { ReceiveNative } from './receive'
import { refusals } from './refusals'
import { nativeReplies } from './replies'

const route = createRoute({
  method: 'post',
  path: '/api/v1/in/{key}',
  operationId: 'receiveNativeEventsByUrl',
  tags: ['Native'],
  summary: 'Send events of your own making from where only a URL can be set',
  description:
    'As `POST /api/v1/events`, with the key, with scope `events:write`, in the address: for `navigator.sendBeacon`, whose texts go as `text/plain` and so need no preflight, and for senders that cannot set a header. Whoever has the address has the key, so use a key of its own for it. The key is in no answer and no log.',
  request: {
    params: z.object({
      key: z.string().openapi({ description: 'The key itself', example: 'nk_of_a_source' }),
    }),
    headers: preferHeader,
    body: {
      required: true,
      content: {
        'application/json': { schema: NativeBody, examples: nativeBodies },
        'application/x-ndjson': { schema: NativeLines },
        'text/plain': { schema: z.string().openapi({ description: 'JSON, or JSON lines' }) },
      },
    },
  },
  responses: { ...nativeReplies, ...problems(...refusals) },
})

/** Pages and appliances send here that can set nothing but an address. */
export function receiveByUrl(app: App, receive: ReceiveNative) {
  const admit = (c: AppContext) => requireWriter(c, keyInPath)
  rawOperation(app, route, (c) => receive(c, { standard: native, admit, formOf }))
}
