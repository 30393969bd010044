import { createLaunches, type Fetched, type Launches } from '../../access/cmi5/launches'
import type { App, AppDeps } from '../context'
import { jsonReply, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const Answer = z
  .union([
    z.object({
      'auth-token': z.string().openapi({ description: 'Goes after `Authorization: Basic `' }),
    }),
    z.object({
      'error-code': z.enum(['1', '2']).openapi({ description: 'cmi5, 8.2.3.2' }),
      'error-text': z.string(),
    }),
  ])
  .openapi('Cmi5AuthToken')

const route = createRoute({
  method: 'post',
  path: '/xapi/cmi5/fetch/{token}',
  operationId: 'fetchCmi5Token',
  tags: ['xAPI'],
  summary: 'Trade a fetch URL of cmi5 for the auth-token of its session, once',
  description:
    'cmi5, 8.2. The address is the credential; `nonius xapi launch` makes it. Refusals are answered 200, as cmi5 has it. No body is read.',
  request: {
    params: z.object({
      token: z
        .string()
        .openapi({ example: 'ZGVmYXVsdA.0Vv1kRr7wq3hE5tq8hQmZ1oXcN2yUuPpLl9sJj6aBdE' }),
    }),
  },
  responses: {
    200: jsonReply(Answer, {
      description: 'The token, or why there is none',
      example: { 'auth-token': 'Y21pNTpRV3hoWkdScGJqcHZjR1Z1SUhObGMyRnRaUT09' },
    }),
    ...problems('unavailable'),
  },
})

/** The words of cmi5 for a fetch that gives no token (8.2.3.2). */
const refusals = {
  used: {
    'error-code': '1' as const,
    'error-text': 'This fetch URL was used before, or its time is over. Launch the course again.',
  },
  unknown: {
    'error-code': '2' as const,
    'error-text': 'This fetch URL is not known here.',
  },
}

export function fetchCmi5Token(app: App, { platform, options }: AppDeps) {
  let launches: Launches | undefined
  operation(app, route, {}, async (c, { params, reply }) => {
    launches ??= createLaunches({ ...platform, clock: options.clock })
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, answerTo(await launches.fetch(params.token)))
  })
}

function answerTo(fetched: Fetched): z.output<typeof Answer> {
  return fetched.kind === 'token' ? { 'auth-token': fetched.authToken } : refusals[fetched.kind]
}
