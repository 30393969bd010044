import { policySchema } from '../../governance/policy/schema'
import type { App } from '../context'
import { jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { documentExample } from './schemas'

const PolicySchema = z
  .looseObject({})
  .openapi('PolicySchema', { description: 'JSON Schema, 2020-12' })

const route = createRoute({
  method: 'get',
  path: '/policies/schema',
  operationId: 'getPolicySchema',
  tags: ['Policies'],
  summary: 'Read the JSON Schema of policies',
  description: 'Needs no key. Editors check a policy by it, as JSON or YAML, while it is written.',
  responses: {
    200: jsonReply(PolicySchema, { description: 'The schema', example: { type: 'object' } }),
    ...problems(),
  },
})

// It changes with a version of the product.
const CACHE = 'public, max-age=3600'

export function getPolicySchema(app: App) {
  operation(app, route, {}, (c, { reply }) => {
    c.header('Cache-Control', CACHE)
    return reply.json(c, 200, { ...policySchema, examples: [documentExample] })
  })
}
