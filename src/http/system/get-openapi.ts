import { createRoute, z } from '@hono/zod-openapi'
import { type JsonText, writtenJson } from '../answers/json'
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
  let written: JsonText<z.output<typeof OpenApi>> | undefined
  operation(app, route, {}, (c, { reply }) => {
    // Made once, on first use: by then every route is registered.
    written ??= writtenJson(JSON.stringify(openApiDocument(app)))
    return reply.written(c, 200, written)
  })
}
