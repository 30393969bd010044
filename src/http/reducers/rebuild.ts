import { AppError } from '../../error/app-error'
import { beginRebuild, endRebuild } from '../../reducers/rebuilds/begin'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { stateRoutesOf } from './needs'
import { ReducerParams } from './shown-state'

const path = '/api/v1/reducers/{name}/rebuild'

const Rebuild = z
  .object({ name: z.string(), version: z.int(), since: z.string() })
  .openapi('ReducerRebuild')

const begin = createRoute({
  method: 'post',
  path,
  operationId: 'rebuildReducer',
  tags: ['Reducers'],
  summary: 'Make the states of a reducer anew, from all that is stored',
  description:
    'Scope `admin`. The newest version that is loaded reads what your organisation stored, in the order of arrival, from the lake and the hot store, beside the states that are shown; these go on, and are replaced once all is in the new ones. `GET /api/v1/reducers` says how far it is. It goes on after a restart. One that is under way is answered as it is.',
  ...keyed,
  request: { params: ReducerParams },
  responses: {
    202: jsonReply(Rebuild, {
      description: 'It has begun, or had',
      example: { name: 'time-on-task', version: 2, since: '2026-11-30T09:30:00.000Z' },
    }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'wrong_state', 'unavailable'),
  },
})

const end = createRoute({
  method: 'delete',
  path,
  operationId: 'endReducerRebuild',
  tags: ['Reducers'],
  summary: 'End a rebuild; the states that are shown stay',
  description: 'Scope `admin`. Where none is under way, nothing happens.',
  ...keyed,
  request: { params: ReducerParams },
  responses: {
    204: { description: 'None is under way', headers: z.object(requestIdHeader) },
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

const NOT_HERE = 'This server builds no states anew: on AWS they begin with what comes.'

export function rebuildReducers(app: App, deps: AppDeps) {
  const { services, platform, options } = deps
  const { find } = stateRoutesOf(deps)
  const admit = keyWith('admin')

  operation(app, begin, { admit }, async (c, { principal, params, reply }) => {
    const { tenantId } = principal
    const { name, newest } = await find(tenantId, params.name)
    const { wake } = services.reducers
    if (wake === undefined) throw new AppError('wrong_state', NOT_HERE)
    const whose = { tenantId, name }
    const begun = await beginRebuild(platform.documents, whose, newest, options.clock.now())
    const { version, since, isUnderWay } = begun
    wake(whose)
    if (!isUnderWay) {
      await audited(deps, principal, {
        ...{ action: 'reducer.rebuild', target: name, details: { version } },
      })
    }
    return reply.json(c, 202, { name, version, since })
  })

  operation(app, end, { admit }, async (c, { principal, params, reply }) => {
    const { tenantId } = principal
    const { name } = await find(tenantId, params.name)
    const hasEnded = await endRebuild(platform.documents, { tenantId, name })
    if (hasEnded) await audited(deps, principal, { action: 'reducer.rebuild.ended', target: name })
    return reply.empty(c, 204)
  })
}
