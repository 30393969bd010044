import { describe, expect, it } from 'bun:test'
import { Hono } from 'hono'
import { silentLog } from '../telemetry/log'
import { jsonArray, jsonObject, jsonOf, jsonString } from './answers/json'
import { createAnswerRoom } from './answers/room'
import type { App, AppEnv } from './context'
import { errorResponseWith } from './error-response'
import { jsonBody, jsonReply, problems } from './openapi'
import { operation } from './operation'
import { limit } from './query-fields'
import { rawOperation, routesOf } from './raw-operation'
import { repliesTo } from './reply'
import { createRoute, laterRoute } from './route'
import { z } from './zod'

// Half of this file is proved by `tsc --noEmit`: a line below `@ts-expect-error` has to fail.

const Thing = z.object({ id: z.string(), size: z.int(), tags: z.array(z.string()).optional() })
const Begun = z.object({ jobId: z.string() })
const thing = { id: 'a', size: 1 }

const route = createRoute({
  method: 'put',
  path: '/things/{id}',
  request: {
    params: z.object({ id: z.string() }),
    query: z.strictObject({ limit }),
    headers: z.object({ 'If-Match': z.string().max(8).optional() }),
    body: jsonBody(Thing, { description: 'A thing', example: thing }),
  },
  responses: {
    200: jsonReply(Thing, { description: 'As it is now', example: thing }),
    202: jsonReply(Begun, { description: 'Later', example: { jobId: 'j' } }),
    204: { description: 'Nothing to do' },
    ...problems('not_found', 'invalid_request'),
  },
})

const page = createRoute({
  method: 'get',
  path: '/page',
  responses: {
    200: { description: 'A page', content: { 'text/html': { schema: z.string() } } },
    ...problems(),
  },
})

const later = laterRoute('put', '/things/{id}', async () => route)

const limits = { maxBodyBytes: 1000, bodyTimeoutSeconds: 5 }

async function admit() {
  return { tenantId: 'demo' }
}

/** Never called: what it holds need not run, but be refused. */
export function refused(app: App) {
  operation(app, route, {}, (c, { reply }) => reply.json(c, 200, thing))
  // @ts-expect-error a member is missing
  operation(app, route, {}, (c, { reply }) => reply.json(c, 200, { id: 'a' }))
  // @ts-expect-error a member has the wrong type
  operation(app, route, {}, (c, { reply }) => reply.json(c, 200, { id: 'a', size: 'large' }))
  // @ts-expect-error the schema knows no such member
  operation(app, route, {}, (c, { reply }) => reply.json(c, 200, { ...thing, colour: 'red' }))
  // @ts-expect-error that is the content of another status
  operation(app, route, {}, (c, { reply }) => reply.json(c, 202, thing))
  // @ts-expect-error the route does not declare this status
  operation(app, route, {}, (c, { reply }) => reply.json(c, 201, thing))
  // @ts-expect-error problems are thrown
  operation(app, route, {}, (c, { reply }) => reply.json(c, 404, thing))
  // @ts-expect-error this status has content
  operation(app, route, {}, (c, { reply }) => reply.empty(c, 200))
  // @ts-expect-error this status has none
  operation(app, route, {}, (c, { reply }) => reply.json(c, 204, thing))
  // @ts-expect-error the content is JSON
  operation(app, route, {}, (c, { reply }) => reply.html(c, 200, '<p>'))
  // @ts-expect-error the content is HTML
  operation(app, page, {}, (c, { reply }) => reply.json(c, 200, 'text'))
  // @ts-expect-error the compiler does not know what this response is
  operation(app, route, {}, (c) => c.json(thing, 200))
  // @ts-expect-error nor this one
  operation(app, route, {}, async () => new Response())
  // @ts-expect-error this is another route's reply
  operation(app, page, {}, (c) => repliesTo<typeof route>().json(c, 200, thing))
  // @ts-expect-error without limits there is no body
  operation(app, route, {}, (c, { reply, body }) => reply.json(c, 200, body))
  // @ts-expect-error the path has no such parameter
  operation(app, route, {}, (c, { reply, params }) => reply.json(c, 202, { jobId: params.name }))
  // @ts-expect-error the query has no such parameter
  operation(app, route, {}, (c, { reply, query }) => reply.json(c, 202, { jobId: query.cursor }))
  // @ts-expect-error the query holds a number
  operation(app, route, {}, (c, { reply, query }) => reply.json(c, 202, { jobId: query.limit }))
  // @ts-expect-error the route declares no query
  operation(app, page, {}, (c, { reply, query }) => reply.html(c, 200, String(query)))
  // @ts-expect-error whoever was admitted has no such member
  operation(app, route, { admit }, (c, { reply, principal: { id } }) => reply.json(c, 200, id))
  // @ts-expect-error nobody was asked who he is
  operation(app, route, {}, (c, { reply, principal }) => reply.json(c, 200, principal))
  // @ts-expect-error a member is missing
  rawOperation(app, route, (c, reply) => reply.written(c, 200, jsonOf({ id: 'a' })))
  rawOperation(app, later, (c, reply) => reply.json(c, 200, thing))
  // @ts-expect-error a member is missing
  rawOperation(app, later, (c, reply) => reply.json(c, 200, { id: 'a' }))
  // @ts-expect-error that is not the method of the route
  laterRoute('post', '/things/{id}', async () => route)
  // @ts-expect-error that is not its path
  laterRoute('put', '/things', async () => route)
  // @ts-expect-error its parameters are needed before it is loaded
  operation(app, later, {}, (c, { reply }) => reply.json(c, 200, thing))
  // @ts-expect-error a member is missing
  jsonObject<z.output<typeof Thing>>({ id: jsonString('a') })
  // @ts-expect-error the items are strings
  jsonObject<z.output<typeof Thing>>({ ...thing, tags: jsonArray([1], (one) => jsonOf(one)) })
}

describe('an operation', () => {
  const rooms = createAnswerRoom()
  const app: App = new Hono<AppEnv>()
  app.onError(errorResponseWith({ log: silentLog }))
  operation(app, route, { admit, limits }, async (c, input) => {
    const { principal, params, query, headers, body, reply } = input
    const tags = [principal.tenantId, params.id, `${query.limit + 1}`, `${headers['If-Match']}`]
    if (body.size === 0) return reply.empty(c, 204)
    if (body.size === 1) return reply.json(c, 202, { jobId: tags.join() })
    const hold = await rooms.take('demo', 100)
    const streamed = jsonObject<z.output<typeof Thing>>({
      id: jsonString(body.id),
      size: body.size,
      tags: jsonArray(tags, jsonString),
    })
    return reply.stream(c, 200, streamed, hold)
  })

  function put(path: string, size: unknown, headers: Record<string, string> = {}) {
    const body = JSON.stringify({ id: 'é"\n', size })
    return app.request(path, { method: 'PUT', body, headers }, {})
  }

  it('is given what its route declares, parsed', async () => {
    const response = await put('/things/a%2Fb?limit=7', 1, { 'if-match': 'x' })
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ jobId: 'demo,a/b,8,x' })
  })

  it('is known before its route is loaded, and described by it', async () => {
    let loads = 0
    const known: App = new Hono<AppEnv>()
    const counted = laterRoute('put', '/things/{id}', async () => {
      loads += 1
      return route
    })
    rawOperation(known, counted, (c, reply) =>
      reply.json(c, 200, { ...thing, id: c.req.param('id')! }),
    )
    const response = await known.request('/things/b', { method: 'PUT' }, {})
    expect(await response.json()).toEqual({ ...thing, id: 'b' })
    expect(loads).toBe(0)
    expect(await routesOf(known)).toEqual([route])
    expect(loads).toBe(1)
  })

  it('answers as its route declares, also in parts', async () => {
    const response = await put('/things/a', 2)
    expect(response.status).toBe(200)
    const tags = ['demo', 'a', '101', 'undefined']
    expect(await response.text()).toBe(JSON.stringify({ id: 'é"\n', size: 2, tags }))
    expect((await put('/things/a', 0)).status).toBe(204)
  })

  for (const [name, path, size, headers, at] of [
    ['the query', '/things/a?limit=x', 1, {}, ['limit']],
    ['a header', '/things/a', 1, { 'If-Match': 'too long by far' }, ['If-Match']],
    ['the body', '/things/a', 'large', {}, ['size']],
  ] as const) {
    it(`names the path of what is wrong in ${name}`, async () => {
      const response = await put(path, size, headers)
      expect(response.status).toBe(400)
      const errors = [{ path: at }]
      expect(await response.json()).toMatchObject({ code: 'invalid_request', errors })
    })
  }
})
