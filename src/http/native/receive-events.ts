import { native } from '../../standards/native/standard'
import type { BodyForm } from '../../standards/standard'
import { requireWriter } from '../authenticate'
import type { App, AppContext } from '../context'
import { keyed, problems } from '../openapi'
import { rawOperation } from '../raw-operation'
import { preferHeader } from '../receipt-schemas'
import { createRoute } from '../route'
import { isBinaryCloudEvent, readCloudEvent } from './cloud-event'
import { NativeBody, NativeLines, nativeBodies } from './event'
import { formOf } from './form'
import type { ReceiveNative } from './receive'
import { refusals } from './refusals'
import { nativeReplies } from './replies'

const route = createRoute({
  method: 'post',
  path: '/api/v1/events',
  operationId: 'receiveNativeEvents',
  tags: ['Native'],
  summary: 'Send events of your own making',
  description:
    'Scope `events:write`, or a person’s token: a person sends as themselves. One event is answered 201 with itself as it is held; a list (an array, `{ source, events }`, or one event a line) is answered 200 with a receipt. Answered once everything is on disk. What is not an event is quarantined and named; in a list it costs the others nothing, alone it is answered 422. The key may also be `api_key` in the address.',
  ...keyed,
  request: {
    headers: preferHeader,
    body: {
      required: true,
      content: {
        'application/json': { schema: NativeBody, examples: nativeBodies },
        'application/x-ndjson': { schema: NativeLines },
      },
    },
  },
  responses: {
    ...nativeReplies,
    ...problems(...refusals),
  },
})

export function receiveEvents(app: App, receive: ReceiveNative) {
  rawOperation(app, route, (c) =>
    receive(c, { standard: native, admit, formOf: formOrBinary, readBody: readCloudEvent }),
  )
}

function admit(c: AppContext) {
  return requireWriter(c)
}

function formOrBinary(c: AppContext): BodyForm {
  return isBinaryCloudEvent(c) ? 'document' : formOf(c)
}
