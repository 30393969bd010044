import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { readDocument } from './body'
import { readFor } from './read'
import { documentExample, PolicyDocument, PolicyPut, viewExample, viewOf } from './schemas'

const sent = jsonBody(PolicyDocument, {
  description: 'The whole policy, as JSON or YAML',
  example: documentExample,
})

const route = createRoute({
  method: 'put',
  path: '/policies',
  operationId: 'putPolicy',
  tags: ['Policies'],
  summary: 'Put a policy in place of the one in force',
  description:
    'Scope `admin`. The whole document, as JSON or YAML; `version` is the version that it is based on (0, 1 or left out, for the first): when another is in force by now, 409 `stale_policy` names both. At most 500 rules and 256 KB as JSON. In force within five seconds, for what arrives from then on.',
  ...keyed,
  request: {
    body: {
      ...sent,
      content: {
        ...sent.content,
        'application/yaml': { schema: z.string().openapi({ description: 'The same as YAML' }) },
      },
    },
  },
  responses: {
    200: jsonReply(PolicyPut, {
      description: 'It is in force, with its own version',
      example: { ...viewExample, warnings: [] },
    }),
    ...jsonBodyProblems('stale_policy'),
  },
})

export function putPolicy(app: App, deps: AppDeps) {
  const { services, options } = deps
  operation(app, route, { admit: keyWith('admin') }, async (c, { principal, reply }) => {
    const { tenantId, keyId } = principal
    const read = await readFor(deps, tenantId, await readDocument(c, options.config))
    const by = { changedBy: keyId, basedOn: read.policy.version }
    const put = await services.policies.put(tenantId, read, by)
    const { requestId } = c.var
    const { version } = put
    const details = { version, basedOn: by.basedOn, rules: put.policy.rules.length }
    await audited(deps, principal, { action: 'policy.changed', target: String(version), details })
    options.log.info('a policy was put', { requestId, tenantId, keyId, version })
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { ...viewOf(put), warnings: read.warnings })
  })
}
