import { conditionExample, conditionSchema } from '../../event/conditions/schema'
import type { App } from '../context'
import { jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const FilterSchema = z
  .looseObject({})
  .openapi('FilterSchema', { description: 'JSON Schema, 2020-12' })

const route = createRoute({
  method: 'get',
  path: '/api/v1/filters/schema',
  operationId: 'getFilterSchema',
  tags: ['Live'],
  summary: 'Read the JSON Schema of filters',
  description:
    'The one language in which webhooks, live subscriptions and `filter` of the lists say which events they want. Needs no key.',
  responses: {
    200: jsonReply(FilterSchema, { description: 'The schema', example: { anyOf: [] } }),
    ...problems(),
  },
})

// It changes with a version of the product.
const CACHE = 'public, max-age=3600'

export function getFilterSchema(app: App) {
  operation(app, route, {}, (c, { reply }) => {
    c.header('Cache-Control', CACHE)
    return reply.json(c, 200, { ...conditionSchema, examples: [conditionExample] })
  })
}
