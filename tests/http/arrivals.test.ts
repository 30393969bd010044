import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'

const local = notOnAws('arrivals')

interface Answer {
  events: { type: string; event_type: string; raw: string }[]
  next: string
  isAll: boolean
}

async function ask(app: TestApp, query: Record<string, string> = {}, key = app.keys.demo) {
  const path = `/analytics/arrivals?${new URLSearchParams(query)}`
  return app.request(path, { headers: app.as(key) })
}

async function follow(app: TestApp, query: Record<string, string> = {}, key = app.keys.demo) {
  const response = await ask(app, query, key)
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

async function send(app: TestApp, types: string[], more: object = {}, key = app.keys.demo) {
  const headers = { ...app.as(key), 'Content-Type': 'application/json' }
  const body = JSON.stringify(types.map((event_type) => ({ event_type, ...more })))
  const { status } = await app.request('/api/v1/events', { method: 'POST', headers, body })
  expect(status).toBe(200)
}

const typesOf = ({ events }: Answer) => events.map(({ event_type }) => event_type)

describe('GET /analytics/arrivals', () => {
  local('gives every event once, as they arrived, whatever their own times', async () => {
    await using app = await startTestApp()
    await send(app, ['before'])
    let { next, ...first } = await follow(app)
    expect(first).toEqual({ events: [], isAll: true })
    const sent: string[] = []
    const got: string[] = []
    for (let n = 0; n < 20; n += 1) {
      const types = Array.from({ length: n % 4 }, (_, at) => `${n}-${at}`)
      if (types.length > 0) {
        await send(app, types, {
          timestamp: n % 2 ? '2012-01-01T00:00:00Z' : '2031-01-01T00:00:00Z',
        })
      }
      sent.push(...types)
      const answer = await follow(app, { after: next, limit: '2' })
      got.push(...typesOf(answer))
      next = answer.next
    }
    for (let isAll = false; !isAll; ) {
      const answer = await follow(app, { after: next, limit: '2' })
      got.push(...typesOf(answer))
      ;({ next, isAll } = answer)
    }
    expect(got).toEqual(sent)
    expect(typesOf(await follow(app, { after: next }))).toEqual([])
  })

  local('gives those that all filters let pass, as they were sent or as records', async () => {
    await using app = await startTestApp()
    const moodle = await app.issue(['events:write'], 'default', { sourceId: 'moodle' })
    const { next: after } = await follow(app)
    await send(app, ['a', 'b'], { user_id: 'u1' })
    await send(app, ['a'], { user_id: 'u2' }, moodle)
    const filters: [filter: Record<string, string>, count: number][] = [
      [{}, 3],
      [{ type: 'a' }, 2],
      [{ type: 'a', actorId: 'u2' }, 1],
      [{ sourceId: 'moodle' }, 1],
      [{ sourceId: 'nobody' }, 0],
      [{ kind: 'entity' }, 0],
      [{ kind: 'all' }, 3],
    ]
    for (const [filter, count] of filters) {
      expect((await follow(app, { after, ...filter })).events).toHaveLength(count)
    }
    const [record] = (await follow(app, { after, view: 'record' })).events
    expect(record).toMatchObject({ type: 'a', sourceId: 'demo', raw: expect.any(String) })
  })

  local("knows no other tenant's events, and takes no other tenant's place", async () => {
    await using app = await startTestApp()
    const theirs = await app.issue(['events:read', 'events:write'], 'other')
    const mine = await follow(app)
    const their = await follow(app, {}, theirs)
    await send(app, ['mine'])
    await send(app, ['theirs'], {}, theirs)
    expect(typesOf(await follow(app, { after: mine.next }))).toEqual(['mine'])
    expect(typesOf(await follow(app, { after: their.next }, theirs))).toEqual(['theirs'])
    await problemOf(await ask(app, { after: mine.next }, theirs), 'invalid_cursor')
    const altered = await ask(app, { after: `${mine.next}x` })
    expect((await problemOf(altered, 'invalid_cursor')).errors).toMatchObject([{ path: ['after'] }])
  })

  local('says what is wrong with a question', async () => {
    await using app = await startTestApp()
    const wrong: [query: Record<string, string>, path: string][] = [
      [{ limit: '0' }, 'limit'],
      [{ kind: 'thing' }, 'kind'],
      [{ from: '2026-11-21' }, 'from'],
      [{ after: '' }, 'after'],
    ]
    for (const [query, path] of wrong) {
      const { errors } = await problemOf(await ask(app, query), 'invalid_request')
      expect(errors[0]!.path).toEqual([path])
    }
  })

  if (process.env.TEST_TARGET === 'aws') {
    it('is not there, and says what is instead', async () => {
      await using app = await startTestApp()
      expect((await problemOf(await ask(app), 'not_found')).detail).toContain('webhook')
    })
  }
})

batteryOf({
  method: 'GET',
  path: '/analytics/arrivals',
  scope: 'events:read',
  otherMethod: 'POST',
})
