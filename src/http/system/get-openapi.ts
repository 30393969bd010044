import { createRoute, z } from '@hono/zod-openapi'
import type { App } from '../context'
import { jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { openApiDocument } from './document'

const OpenApi = z
  .looseObject({ openapi: z.literal('3.0.0'), info: z.looseObject({}), paths: z.looseObject({}) })
  .openapi('OpenApi')

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  tags: ['System'],
  summary: 'This document',
  responses: {
    200: jsonReply(OpenApi, {
      description: 'OpenAPI 3.0.0',
      example: { openapi: '3.0.0', info: { title: 'Nonius', version: '0.1.0' }, paths: {} },
    }),
    ...problems(),
  },
})

export function getOpenApi(app: App) {
  let text: string | undefined
  operation(app, route, (c) => {
    // Made once, on first use: by then every route is registered.
    text ??= JSON.stringify(openApiDocument(app))
    c.header('Content-Type', 'application/json')
    return c.body(text)
  })
}
