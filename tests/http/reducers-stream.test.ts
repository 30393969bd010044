import { describe, expect, it } from 'bun:test'
import type { StateEntry } from '../../src/reducers/kept/state-document'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { readStream } from '../support/event-stream'
import { notOnAws } from '../support/not-on-aws'
import { startPublishTest } from '../support/publish-api'
import { declare, putStates, showBuilds } from '../support/reducers/states'
import { aRoster, rosterZip } from '../support/rosters'
import { shared } from '../support/shared'

const local = notOnAws('no process')

const scopes = { time: 'learner', flow: 'source' } as const

interface Told {
  learner?: string
  source?: string
  state: { n: number }
}

async function start() {
  const test = await startTestApp()
  const zip = rosterZip(aRoster())
  const headers = { ...test.as(test.keys.admin), 'Content-Type': 'application/zip' }
  expect((await test.request('/rosters', { method: 'PUT', headers, body: zip })).status).toBe(200)
  await declare(test.platform, scopes)
  for (const tenantId of ['default', 'other']) await showBuilds(test.platform, tenantId, scopes)
  return test
}

const app = shared(start)

async function open(query: string, key?: string) {
  const test = await app()
  const headers = test.as(key ?? test.keys.admin)
  const reply = await test.request(`/api/v1/reducers/${query}`, { headers })
  expect(reply.status).toBe(200)
  const stream = readStream(reply.body!)
  expect((await stream.next())!.name).toBe('ready')
  return stream
}

/** Does what a learner's event leads to: it is stored, and some time later their state has it. */
async function does(test: TestApp, learner: string, n: number, more: object = {}) {
  const headers = { ...test.as(), 'Content-Type': 'application/json' }
  const event = { event_type: 'typed', user_id: learner, ...more }
  const init = { method: 'POST', headers, body: JSON.stringify([event]) }
  expect((await test.request('/api/v1/events', init)).status).toBe(200)
  await Bun.sleep(300)
  await keeps(test, learner, n)
}

async function keeps(test: TestApp, learner: string, n: number, more: Partial<StateEntry> = {}) {
  const through = test.clock.now().toISOString()
  const entry = { state: { n }, events: n, through, updatedAt: through, ...more }
  await putStates(test.platform, 'default', { learner }, { time: entry })
}

async function untilTold(stream: Awaited<ReturnType<typeof open>>, learner: string, n: number) {
  for (;;) {
    const [told] = await stream.events<Told>(1)
    if (told!.learner === learner && told!.state.n === n) return
  }
}

describe('GET /api/v1/reducers/{name}/stream', () => {
  local('tells states as they are, and each again within two seconds of an event', async () => {
    const test = await app()
    await keeps(test, 's1', 1)
    await keeps(test, 's2', 2)
    await using stream = await open('time/stream?group=math')
    const first = await stream.events<Told>(2)
    expect(first.map(({ learner }) => learner).toSorted()).toEqual(['s1', 's2'])
    const began = performance.now()
    await does(test, 's1', 5)
    await untilTold(stream, 's1', 5)
    expect(performance.now() - began).toBeLessThan(2_000)
    // Somebody who was in no roster does something in the class, and in another.
    await does(test, 'new', 6, { properties: { courseId: 'math' } })
    await untilTold(stream, 'new', 6)
  })

  local(
    'tells each role what it may see, and says what is gone',
    async () => {
      const test = await app()
      await keeps(test, 's1', 1, { places: [{ course: 'math' }] })
      const key = await test.issue([], 'default', { role: 'teacher', actorId: 't1' })
      const pupil = await test.issue([], 'default', { role: 'student', actorId: 's1' })
      const foreign = await test.issue(['events:read'], 'other')
      await using teacher = await open('time/stream', key)
      await using own = await open('time/stream', pupil)
      await using abroad = await open('time/stream', foreign)
      await untilTold(teacher, 's1', 1)
      await untilTold(own, 's1', 1)
      await does(test, 'stranger', 50)
      await does(test, 's2', 51)
      await does(test, 's1', 52)
      await untilTold(own, 's1', 52)
      await untilTold(teacher, 's1', 52)
      const next = abroad.next()
      const nothing = Bun.sleep(1_000).then(() => 'nothing' as const)
      expect(await Promise.race([next, nothing])).toBe('nothing')
      // It has an event of a course now that she does not teach.
      await keeps(test, 's1', 53, { places: [{ course: 'math' }, { course: 'art' }] })
      await does(test, 's1', 54, { properties: { courseId: 'art' } })
      await putStates(
        test.platform,
        'default',
        { learner: 's1' },
        {
          time: {
            state: { n: 54 },
            places: [{ course: 'art' }],
            through: test.clock.now().toISOString(),
          },
        },
      )
      let message = await teacher.next()
      while (message?.name !== 'gone') message = await teacher.next()
      expect(JSON.parse(message.data)).toMatchObject({ type: 'gone', learner: 's1' })
    },
    20_000,
  )

  local(
    'tells the state of a source, and ends with the key',
    async () => {
      const test = await app()
      const key = await test.issue(['events:read'])
      await putStates(test.platform, 'default', { source: 'demo' }, { flow: { state: { n: 1 } } })
      await using stream = await open('flow/stream?source=demo', key)
      expect((await stream.events<Told>(1))[0]?.state.n).toBe(1)
      await test.revoke(key)
      let message = await stream.next()
      while (message !== undefined && message.name !== 'end') message = await stream.next()
      expect(message?.data).toContain('revoked')
    },
    40_000,
  )

  it('is refused as the states themselves are', async () => {
    const test = await app()
    const wrong: [string, Parameters<typeof problemOf>[1], string?][] = [
      ['time/stream?group=a&learner=b', 'invalid_request'],
      ['time/stream?source=a', 'invalid_request'],
      ['flow/stream', 'invalid_request'],
      ['none/stream', 'not_found'],
      ['time/stream', 'forbidden', await test.issue(['events:write'])],
      ['time/stream', 'forbidden', await test.issue([], 'default', { role: 'system' })],
      [
        'time/stream',
        'forbidden',
        await test.issue([], 'default', { role: 'analyst', isAggregateOnly: true }),
      ],
    ]
    for (const [path, code, key] of wrong) {
      const headers = test.as(key ?? test.keys.admin)
      await problemOf(await test.request(`/api/v1/reducers/${path}`, { headers }), code)
    }
    await problemOf(await test.request('/api/v1/reducers/time/stream'), 'unauthenticated')
    const headers = test.as(test.keys.admin)
    const head = { method: 'HEAD', headers }
    expect((await test.request('/api/v1/reducers/time/stream', head)).status).toBeLessThan(400)
  })
})

describe('WS /ws/subscribe', () => {
  local(
    'gives states, each again when it has changed, and says what it does not know',
    async () => {
      await using test = await startPublishTest()
      const { app } = test
      await declare(app.platform, scopes)
      await showBuilds(app.platform, 'default', scopes)
      await keeps(app, 'amy', 1)
      await keeps(app, 'bob', 2)
      const reader = await app.issue(['events:read'])
      const refused: [object, string][] = [
        [{ reducer: 'none' }, 'not_found'],
        [{ reducer: 'flow' }, 'invalid_request'],
        [{ reducer: 7 }, 'invalid_request'],
        [{ reducer: 'time', group: '' }, 'invalid_request'],
        [{ reducer: 'time', group: 'a', learner: 'b' }, 'invalid_request'],
      ]
      for (const [asked, code] of refused) {
        await using socket = await test.follow(reader)
        socket.send(JSON.stringify(asked))
        expect([asked, JSON.parse(await socket.next()).code]).toEqual([asked, code])
      }
      await using socket = await test.follow(reader)
      socket.send(JSON.stringify({ reducer: 'time', learner: 'amy' }))
      const next = async () => JSON.parse(await socket.next())
      expect(await next()).toMatchObject({ status: 'subscribed', filters: { learner: 'amy' } })
      expect(await next()).toMatchObject({ type: 'state', learner: 'amy', state: { n: 1 } })
      await does(app, 'bob', 3)
      await does(app, 'amy', 4)
      let told = await next()
      while (told.state?.n !== 4) told = await next()
      expect(JSON.stringify(told)).not.toContain('places')
      socket.send('{"type":"ping"}')
      expect(await next()).toEqual({ type: 'pong' })
      socket.send('{"type":"update_filters","filters":{}}')
      expect(await next()).toMatchObject({ status: 'error', code: 'wrong_state' })
    },
  )
})
