import { askedBy } from '../../access/roles/questions'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { ReadQuery, RosterState, stateExample } from './schemas'

const route = createRoute({
  method: 'get',
  path: '/rosters',
  operationId: 'getRosters',
  tags: ['Rosters'],
  summary: 'Which roster is loaded, what somebody teaches, and who is in a class',
  description: askedBy('GET /rosters'),
  ...keyed,
  request: { query: ReadQuery },
  responses: {
    200: jsonReply(RosterState, { description: 'The roster', example: stateExample }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function getRosters(app: App, deps: AppDeps) {
  const { rosters } = deps.services
  operation(app, route, { admit: viewerFor('GET /rosters', deps) }, async (c, input) => {
    const { principal: viewer, query, reply } = input
    const { tenantId, principal } = viewer
    const { actor, group } = query
    const state = await rosters.state(tenantId)
    const staff = actor === undefined ? undefined : await rosters.staff(tenantId, actor)
    const found = group === undefined ? undefined : await rosters.group(tenantId, group)
    if (staff !== undefined || found !== undefined) {
      const count = (found?.members.length ?? 0) + (staff === undefined ? 0 : 1)
      await readNoted(deps, principal, 'GET /rosters', { count, person: actor })
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, {
      ...state,
      ...(staff && { staff: { ...staff, told: told(staff.told) } }),
      ...(found && { group: { ...found, members: found.members.map(copied) } }),
    })
  })
}

type Member = NonNullable<
  Awaited<ReturnType<AppDeps['services']['rosters']['group']>>
>['members'][number]

const copied = ({ ids, ...rest }: Member) => ({ ...rest, ids: [...ids] })

function told(all: Awaited<ReturnType<AppDeps['services']['rosters']['staff']>>['told']) {
  return all.flatMap(({ does, ...rest }) => (does === 'nothing' ? [] : [{ does, ...rest }]))
}
