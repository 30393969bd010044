import { jsonReply, problems } from '../openapi'
import { createRoute } from '../route'
import { z } from '../zod'

export const OpenApi = z
  .looseObject({ openapi: z.literal('3.1.0'), info: z.looseObject({}), paths: z.looseObject({}) })
  .openapi('OpenApi')

export const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  tags: ['System'],
  summary: 'This document',
  description: 'On AWS at most twenty a minute are given to all who show no key.',
  responses: {
    200: jsonReply(OpenApi, {
      description: 'OpenAPI 3.1.0',
      example: { openapi: '3.1.0', info: { title: 'Nonius', version: '0.1.0' }, paths: {} },
    }),
    ...problems('rate_limited'),
  },
})
