import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { wantsYaml } from './body'
import { PolicyView, viewExample, viewOf } from './schemas'

const reply200 = jsonReply(PolicyView, { description: 'The policy', example: viewExample })

const route = createRoute({
  method: 'get',
  path: '/policies',
  operationId: 'getPolicy',
  tags: ['Policies'],
  summary: 'Read the policy in force',
  description:
    'Scope `admin`. The document as it was put, with its version, when and by whom. As YAML where `Accept` asks for `application/yaml`. It may be changed and put again as it is.',
  ...keyed,
  responses: {
    200: {
      ...reply200,
      headers: z.object(requestIdHeader),
      content: {
        ...reply200.content,
        'application/yaml': { schema: z.string().openapi({ description: 'The same as YAML' }) },
      },
    },
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function getPolicy(app: App, { services }: AppDeps) {
  operation(app, route, { admit: keyWith('admin') }, async (c, { principal, reply }) => {
    const view = viewOf(await services.policies.current(principal.tenantId))
    c.header('Cache-Control', 'no-store')
    c.header('Vary', 'Accept')
    if (!wantsYaml(c)) return reply.json(c, 200, view)
    const { writeYaml } = await import('../../governance/policy/yaml')
    return reply.yaml(c, 200, writeYaml(view))
  })
}
