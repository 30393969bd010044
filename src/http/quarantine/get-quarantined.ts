import type { QuarantinedItem } from '../../platform/quarantine-store'
import { jsonObject, jsonString } from '../answers/json'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import type { z } from '../zod'
import { admitToItem, findItem } from './find-quarantined'
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

export function getQuarantined(app: App, deps: AppDeps) {
  const { platform, options, answers } = deps
  const { maxBodyBytes } = options.config
  const admit = admitToItem('quarantine:read')
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const hold = await answers.take(principal.tenantId, maxBodyBytes, c.req.raw.signal)
    try {
      const item = await findItem(platform.quarantine, principal, params.id)
      hold.keep(item.raw.length)
      await readNoted(deps, principal, 'GET /quarantine/{id}', { count: 1, fields: 'raw' })
      return reply.stream(c, 200, jsonOfItem(item), hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}

/** Written in parts: as JSON, a text of megabytes is two or three times as many. */
function jsonOfItem({ raw, ...rest }: QuarantinedItem) {
  const summary = summaryOf({ ...rest, length: raw.length })
  return jsonObject<z.output<typeof Quarantined>>({ ...summary, raw: jsonString(raw) })
}
