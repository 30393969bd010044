import { askedBy } from '../../access/roles/questions'
import { AppError } from '../../error/app-error'
import { conversionTargets } from '../../mapping/targets'
import { isVisible } from '../../query/visible'
import { writtenJson } from '../answers/json'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { AnEvent, eventExample, jsonOfEvent, View } from './event-view'

const Params = z.object({
  id: z.string().openapi({
    description: 'As sent, percent-encoded; of an entity, the id derived by us',
    example: 'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211',
  }),
})

const Query = z.strictObject({
  view: View,
  as: z.enum(conversionTargets).optional().openapi({
    description:
      'Converted to a statement or to a Caliper event; what that has no words for is in an extension. In its own standard an event is given as that gives it out. Not with `view=record`',
  }),
})

const MATCH = 'X-Nonius-Match'
const QUESTION = 'GET /analytics/events/{id}'

const route = createRoute({
  method: 'get',
  path: '/analytics/events/{id}',
  operationId: 'getEvent',
  tags: ['Analytics'],
  summary: 'Read one event',
  description: `${askedBy(QUESTION)} One that they may not see is not there: 404.`,
  ...keyed,
  request: { params: Params, query: Query },
  responses: {
    200: jsonReply(
      AnEvent,
      { description: 'The event', example: eventExample },
      {
        [MATCH]: z
          .enum(['exact', 'close', 'generic'])
          .optional()
          .openapi({ description: 'With `as`: how well its terms say what was sent' }),
      },
    ),
    ...problems(
      'invalid_request',
      'unauthenticated',
      'forbidden',
      'not_found',
      'unavailable',
      'busy',
    ),
  },
})

export function getEvent(app: App, deps: AppDeps) {
  const { platform, options, answers } = deps
  const { maxBodyBytes } = options.config
  const admit = viewerFor(QUESTION, deps)
  operation(app, route, { admit }, async (c, { principal: viewer, params, query, reply }) => {
    const { tenantId, visibility } = viewer
    if (query.as !== undefined && query.view === 'record') throw neverBoth()
    const hold = await answers.take(tenantId, maxBodyBytes, c.req.raw.signal)
    try {
      const record = await platform.events.get(tenantId, params.id)
      // Whoever may not see it is not told either that it is there.
      if (record === undefined || !isVisible(visibility, record)) {
        const detail = 'No event of yours has this id, or its time here has passed.'
        throw new AppError('not_found', detail)
      }
      const fields = query.as ?? query.view
      await readNoted(deps, viewer, QUESTION, { count: 1, person: record.actorId, fields })
      if (query.as !== undefined) {
        const { recordAs } = await import('../../mapping/record-as')
        const { json, match } = await recordAs(record, query.as)
        c.header(MATCH, match)
        hold.keep(json.length)
        return reply.stream(c, 200, writtenJson(json), hold)
      }
      hold.keep(record.raw.length)
      return reply.stream(c, 200, jsonOfEvent(record, query.view), hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}

function neverBoth(): AppError {
  const message = 'A record is not converted: give `as` or `view=record`'
  const errors = [{ path: ['as'], message, code: 'contradiction' }]
  return new AppError('invalid_request', message, { errors })
}
