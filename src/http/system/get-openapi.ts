import { type JsonText, writtenJson } from '../answers/json'
import type { App } from '../context'
import { jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const OpenApi = z
  .looseObject({ openapi: z.literal('3.1.0'), info: z.looseObject({}), paths: z.looseObject({}) })
  .openapi('OpenApi')

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  tags: ['System'],
  summary: 'This document',
  responses: {
    200: jsonReply(OpenApi, {
      description: 'OpenAPI 3.1.0',
      example: { openapi: '3.1.0', info: { title: 'Nonius', version: '0.1.0' }, paths: {} },
    }),
    ...problems(),
  },
})

export function getOpenApi(app: App) {
  let written: JsonText<z.output<typeof OpenApi>> | undefined
  operation(app, route, {}, async (c, { reply }) => {
    written ??= await readDocument()
    return reply.written(c, 200, written)
  })
}

/** Reads what `npm run openapi` made; a test compares it with the routes. */
async function readDocument(): Promise<JsonText<z.output<typeof OpenApi>>> {
  const { default: document } = await import('../../../openapi/openapi.json')
  return writtenJson(JSON.stringify(document))
}
