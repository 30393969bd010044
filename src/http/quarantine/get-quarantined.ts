import { createRoute } from '@hono/zod-openapi'
import type { QuarantinedItem } from '../../platform/quarantine-store'
import { textParts } from '../answers/parts'
import { sendPieces } from '../answers/send'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { findItem, isOtherAddress } from './find-quarantined'
import { Quarantined, QuarantineParams, summaryExample, summaryOf } from './schemas'

const raw = '{"id":"urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211"}'

const route = createRoute({
  method: 'get',
  path: '/quarantine/{id}',
  operationId: 'getQuarantined',
  tags: ['Quarantine'],
  summary: 'Read one item, as it was received',
  description: 'Scope `quarantine:read`, within the reach of the key.',
  ...keyed,
  request: { params: QuarantineParams },
  responses: {
    200: jsonReply(Quarantined, {
      description: 'The item',
      example: { ...summaryExample, length: raw.length, raw },
    }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable', 'busy'),
  },
})

export function getQuarantined(app: App, { platform, options, answers }: AppDeps) {
  const { maxBodyBytes } = options.config
  operation(app, route, async (c) => {
    if (isOtherAddress(c)) return c.notFound()
    const principal = await requireScope(c, 'quarantine:read')
    const hold = await answers.take(principal.tenantId, maxBodyBytes, c.req.raw.signal)
    try {
      const item = await findItem(platform.quarantine, principal, c.req.param('id') ?? '')
      hold.keep(item.raw.length)
      return sendPieces(c, piecesOf(item), hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}

/** Part by part: as JSON, a text of megabytes is two or three times as many. */
function* piecesOf({ raw, ...rest }: QuarantinedItem) {
  const summary = JSON.stringify(summaryOf({ ...rest, length: raw.length }))
  yield `${summary.slice(0, -1)},"raw":`
  yield* textParts(raw)
  yield '}'
}
