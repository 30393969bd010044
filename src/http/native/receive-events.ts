import { formNamed } from '../../standards/native/content-type'
import { native } from '../../standards/native/standard'
import type { BodyForm } from '../../standards/standard'
import { requireScope } from '../authenticate'
import type { App, AppContext } from '../context'
import { notJson } from '../json-type'
import { keyed, problems } from '../openapi'
import { rawOperation } from '../operation'
import { preferHeader, receiptReply } from '../receipt'
import type { Receive } from '../receive'
import { createRoute } from '../route'
import { isBinaryCloudEvent, readCloudEvent } from './cloud-event'
import { NativeBody, NativeLines, nativeEvent } from './event'

const route = createRoute({
  method: 'post',
  path: '/api/v1/events',
  operationId: 'receiveNativeEvents',
  tags: ['Native'],
  summary: 'Send events of your own making',
  description:
    'Scope `events:write`. One event, an array of them, or one a line. Answered once everything is on disk. An item or a line that is not an event is quarantined and named; it costs the others nothing.',
  ...keyed,
  request: {
    headers: preferHeader,
    body: {
      required: true,
      content: {
        'application/json': { schema: NativeBody, example: nativeEvent },
        'application/x-ndjson': { schema: NativeLines },
      },
    },
  },
  responses: {
    200: receiptReply,
    ...problems(
      'invalid_json',
      'invalid_encoding',
      'invalid_request',
      'unauthenticated',
      'forbidden',
      'timeout',
      'too_large',
      'unsupported_media_type',
      'unavailable',
      'busy',
      'quarantine_full',
    ),
  },
})

export function receiveEvents(app: App, receive: Receive) {
  rawOperation(app, route, (c) =>
    receive(c, { standard: native, admit, formOf, readBody: readCloudEvent }),
  )
}

function admit(c: AppContext) {
  return requireScope(c, 'events:write')
}

function formOf(c: AppContext): BodyForm {
  if (isBinaryCloudEvent(c)) return 'document'
  const form = formNamed(c.req.header('Content-Type'))
  if (form !== undefined) return form
  throw notJson(['application/x-ndjson for one event a line'])
}
