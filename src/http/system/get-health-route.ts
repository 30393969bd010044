import { jsonReply, problems } from '../openapi'
import { createRoute } from '../route'
import { z } from '../zod'

const Health = z.object({ status: z.literal('ok') }).openapi('Health')

export const route = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'getHealth',
  tags: ['System'],
  summary: 'Is the process alive?',
  description: 'Touches nothing. Ask `/ready` whether events can be taken.',
  responses: {
    200: jsonReply(Health, { description: 'It is', example: { status: 'ok' } }),
    ...problems(),
  },
})
