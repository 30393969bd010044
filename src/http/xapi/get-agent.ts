import { requireWithin } from '../../access/cmi5/within'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import type { Admission } from './caller'
import { agent } from './parameters'
import { versionHeader } from './version'

const Person = z
  .looseObject({
    objectType: z.literal('Person'),
    name: z.array(z.string()).optional(),
    mbox: z.array(z.string()).optional(),
    mbox_sha1sum: z.array(z.string()).optional(),
    openid: z.array(z.string()).optional(),
    account: z.array(z.looseObject({ homePage: z.string(), name: z.string() })).optional(),
  })
  .openapi('XapiPerson')

const route = createRoute({
  method: 'get',
  path: '/xapi/agents',
  operationId: 'getXapiAgent',
  tags: ['xAPI'],
  summary: 'Read what is known of an agent',
  description:
    'xAPI 1.0.3, Communication, 2.4. Scope `statements/read`, `statements/read/mine`, `profile`, `define`, `all/read` or `all`. The identifier that was asked for, and every name that statements gave the agent, the newest first; an agent that no statement knows is answered as well.',
  ...keyed,
  request: {
    query: z.strictObject({ agent: agent('The agent, as JSON') }),
    headers: z.object(versionHeader),
  },
  responses: {
    200: jsonReply(Person, {
      description: 'The agent as a person',
      example: {
        objectType: 'Person',
        name: ['Ada', 'Ada Lovelace'],
        mbox: ['mailto:ada@example.edu'],
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getAgent(app: App, deps: AppDeps, admission: Admission) {
  const { platform } = deps
  const admit = admission({
    rights: ['definitions/read'],
    mode: 'lrs',
  })
  operation(app, route, { admit }, async (c, { principal, query, reply }) => {
    const { readAgent } = await import('../../statements/agent')
    const { personOf } = await import('../../standards/xapi/person')
    const named = readAgent(query.agent, principal.version)
    requireWithin(principal, { agent: named.key })
    const fragments = await platform.statements.agent(principal.tenantId, named.key)
    await readNoted(deps, principal, 'GET /xapi/agents', { count: 1, person: named.key })
    return reply.json(c, 200, personOf(named.agent, fragments) as z.output<typeof Person>)
  })
}
