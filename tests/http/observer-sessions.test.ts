import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { problemOf } from '../support/battery'
import { createLoEvent } from '../support/observer/lo-event'
import { type PublishTest, startPublishTest } from '../support/publish-api'
import { openSocket } from '../support/sockets'

let test: PublishTest
beforeAll(async () => {
  test = await startPublishTest()
})
afterAll(() => test[Symbol.asyncDispose]())

let tenants = 0
async function aTenant() {
  tenants += 1
  const tenantId = `streamed-${tenants}`
  const { app } = test
  return {
    tenantId,
    writer: await app.issue(['events:write'], tenantId),
    admin: await app.issue(['admin'], tenantId),
    reader: await app.issue(['events:read'], tenantId),
  }
}

const lockOf = (fields: object) => ({ event: 'lock_fields', fields })
const typed = (key: string) => ({ event: 'keystroke', key })

function addressFor(key: string) {
  const url = new URL('/wsapi/in/', test.url)
  // On AWS one address has all connections.
  for (const [name, value] of Object.entries({ key, protocol: 'observer' })) {
    url.searchParams.set(name, value)
  }
  return url
}

// A function is started for the first message; the next one is to find it at work.
const APART_MS = process.env.TEST_TARGET === 'aws' ? 2000 : 0

/** Sends frames over one connection, and waits until all are stored. */
async function stream(key: string, ...frames: unknown[]) {
  await using socket = await openSocket(addressFor(key))
  const answers: Record<string, unknown>[] = []
  for (const [at, frame] of frames.entries()) {
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
    // On AWS each comes to a function of its own: this test wants them in their order. The first waits for a learner.
    const isWaiting = at < 1
    if (isWaiting) await Bun.sleep(APART_MS)
    while (!isWaiting && answers.at(-1)?.through !== at + 1) {
      answers.push(JSON.parse(await socket.next()))
    }
  }
  return answers
}

const get = (path: string, key: string) => test.app.request(path, { headers: test.app.as(key) })

interface Session {
  sessionId: string
  openedAt: string
  userId?: string
}
async function sessionsOf(key: string, query = '') {
  const reply = await get(`/observer/sessions${query}`, key)
  expect(reply.status).toBe(200)
  return (await reply.json()) as { sessions: Session[]; nextCursor?: string }
}

async function logOf(id: string, key: string, query = '') {
  const reply = await get(`/observer/sessions/${encodeURIComponent(id)}/log${query}`, key)
  expect([reply.status, reply.headers.get('Content-Type')]).toEqual([
    200,
    expect.stringContaining('application/x-ndjson'),
  ])
  const lines = (await reply.text()).split('\n').filter((line) => line !== '')
  return {
    frames: lines.map((line) => JSON.parse(line)),
    lines,
    next: reply.headers.get('X-Nonius-Next-After'),
  }
}

const amy = lockOf({ source: 'org.test', version: '2', user_id: 'amy' })

describe('GET /observer/sessions', () => {
  it('lists connections from the newest on, a page at a time, of a learner, and of no other tenant', async () => {
    const { writer, reader } = await aTenant()
    await stream(writer, amy, typed('a'))
    const from = new Date(test.app.clock.now().getTime() + 1).toISOString()
    await Bun.sleep(2)
    await stream(writer, lockOf({ source: 'org.test', user_id: 'bob' }), typed('b'))
    await stream(writer, amy, typed('c'))
    const { sessions } = await sessionsOf(reader)
    expect(sessions.map(({ userId }) => userId)).toEqual(
      ['amy', 'bob', 'amy'].map((one) => `testcase-${one}`),
    )
    expect(sessions[0]).toEqual({
      ...{ sessionId: expect.any(String), openedAt: expect.any(String), userId: 'testcase-amy' },
      ...{ source: 'org.test', version: '2', sourceId: 'demo' },
      ...{ sec: 'unauthenticated', providence: 'tc' },
    } as never)
    const first = await sessionsOf(reader, '?limit=1')
    const second = await sessionsOf(reader, `?limit=2&cursor=${first.nextCursor}`)
    expect([...first.sessions, ...second.sessions]).toEqual(sessions)
    expect((await sessionsOf(reader, '?userId=testcase-bob')).sessions).toEqual([sessions[1]!])
    expect((await sessionsOf(reader, `?from=${from}`)).sessions).toEqual(sessions.slice(0, 2))
    expect((await sessionsOf((await aTenant()).reader)).sessions).toEqual([])
  })

  it('shows a learner their own, and nobody to whom may see no people', async () => {
    const { writer, tenantId } = await aTenant()
    await stream(writer, amy, typed('a'))
    await stream(writer, lockOf({ source: 'org.test', user_id: 'bob' }), typed('b'))
    const student = await test.app.issue([], tenantId, { role: 'student', actorId: 'testcase-amy' })
    const { sessions } = await sessionsOf(student)
    expect(sessions.map(({ userId }) => userId)).toEqual(['testcase-amy'])
    expect((await logOf(sessions[0]!.sessionId, student)).frames).toHaveLength(2)
    const teacher = await test.app.issue([], tenantId, { role: 'teacher', actorId: 'x' })
    expect((await sessionsOf(teacher)).sessions).toEqual([])
    await problemOf(
      await get(`/observer/sessions/${sessions[0]!.sessionId}/log`, teacher),
      'not_found',
    )
    const few = await test.app.issue([], tenantId, { role: 'analyst', isAggregateOnly: true })
    for (const path of ['/observer/sessions', `/observer/sessions/${sessions[0]!.sessionId}/log`]) {
      await problemOf(await get(path, few), 'forbidden')
      await problemOf(await get(path, writer), 'forbidden')
      await problemOf(await test.app.request(path), 'unauthenticated')
    }
  })
})

describe('GET /observer/sessions/{id}/log', () => {
  it('has every frame to the letter, in order, also those in quarantine', async () => {
    const { writer, admin, reader } = await aTenant()
    const odd = '{ "event" : "typed", "n":12345678901234567890, "t":"\\u0000ä", "n":1 }'
    const frames = [amy, typed('a'), '{broken', odd, '[1]', { event: 'terminate' }]
    await stream(writer, ...frames)
    const [session] = (await sessionsOf(reader)).sessions
    const { frames: all, lines, next } = await logOf(session!.sessionId, admin)
    expect(all.map(({ connection }) => connection.frame)).toEqual([1, 2, 3, 4, 5, 6])
    expect(all.map(({ connection }) => connection.id)).toEqual(frames.map(() => session!.sessionId))
    expect(all.map(({ client }) => client)).toEqual([
      // By the usual policy a frame that says who somebody is has a pseudonym.
      ...[
        expect.objectContaining({ event: 'lock_fields' }),
        typed('a'),
        '{broken',
        JSON.parse(odd),
        '[1]',
        { event: 'terminate' },
      ],
    ])
    expect(lines[3]).toContain(odd)
    expect(all.map(({ quarantined }) => quarantined?.errors[0].code)).toEqual([
      ...[undefined, undefined, 'invalid_json', undefined, 'not_an_object', undefined],
    ])
    expect(next).toBeNull()
    // Whoever may not read quarantine sees the events.
    const events = (await logOf(session!.sessionId, reader)).frames
    expect(events.map(({ connection }) => connection.frame)).toEqual([1, 2, 4, 6])
  })

  it('is read a page at a time', async () => {
    const { writer, reader } = await aTenant()
    const keys = ['a', 'b', 'c', 'd', 'e']
    await stream(writer, amy, ...keys.map(typed))
    const [session] = (await sessionsOf(reader)).sessions
    const read: unknown[] = []
    let after: string | null = '0'
    let pages = 0
    for (; after !== null; pages += 1) {
      const page = await logOf(session!.sessionId, reader, `?limit=2&after=${after}`)
      read.push(...page.frames.map(({ client }) => client.key))
      after = page.next
    }
    // On AWS the first event may be taken in hand before the fields that were sent first.
    expect(read.filter((key) => key !== undefined)).toEqual(keys)
    expect(pages).toBe(3)
    expect((await logOf(session!.sessionId, reader, '?after=6')).frames).toEqual([])
  })

  it('is of no other tenant, and takes only what it knows', async () => {
    const { writer, reader } = await aTenant()
    await stream(writer, amy, typed('a'))
    const [session] = (await sessionsOf(reader)).sessions
    const path = `/observer/sessions/${session!.sessionId}/log`
    const other = await aTenant()
    for (const key of [other.reader, other.admin])
      await problemOf(await get(path, key), 'not_found')
    for (const id of ['none', '..%2F..', '%00', encodeURIComponent('ä'.repeat(100))]) {
      await problemOf(await get(`/observer/sessions/${id}/log`, reader), 'not_found')
    }
    const bad = ['?after=-1', '?after=x', '?limit=0', '?limit=1001', '?what=1', '?after=1e3']
    for (const query of bad) await problemOf(await get(path + query, reader), 'invalid_request')
    for (const query of ['?cursor=x', '?cursor=bm90.bm90']) {
      await problemOf(await get(`/observer/sessions${query}`, reader), 'invalid_cursor')
    }
    await problemOf(await get('/observer/sessions?from=yesterday', reader), 'invalid_request')
  })
})

/** Reads the only connection of a tenant until its log has so many frames. */
async function wholeLog(admin: string, count: number) {
  for (;;) {
    const [session] = (await sessionsOf(admin)).sessions
    const frames = session ? (await logOf(session.sessionId, admin, '?limit=1000')).frames : []
    if (frames.length >= count) return frames
    await Bun.sleep(100)
  }
}

describe('on either platform, whatever comes first,', () => {
  const text = (frames: readonly unknown[]) => frames.map((frame) => JSON.stringify(frame)).sort()

  it('all frames of a client of theirs are there once, and its blob comes back', async () => {
    const { writer, admin } = await aTenant()
    await using client = createLoEvent({ url: addressFor(writer), source: 'org.test' })
    const stored = () =>
      client.until(({ status, through }) => status === 'stored' && through === client.sent.length)
    client.setFieldSet({ activity: 'essay', user_tag: 'amy' })
    client.go()
    client.logEvent('keystroke', { key: 'a' })
    client.logEvent('save_blob', { blob: { draft: 'b' } })
    await stored()
    client.logEvent('fetch_blob')
    expect(await client.until(({ status }) => status === 'fetch_blob')).toMatchObject({
      data: { draft: 'b' },
    })
    await stored()
    const frames = await wholeLog(admin, client.sent.length)
    expect(frames.map(({ client }) => client.event).sort()).toEqual(
      client.sent.map(({ event }) => event).sort() as string[],
    )
    expect(new Set(frames.map(({ auth }) => auth.sec))).toEqual(new Set(['unauthenticated']))
  })

  it('all frames of a burst are there once, though the line ends behind them', async () => {
    const { writer, admin } = await aTenant()
    const frames = [amy, '{broken', ...Array.from({ length: 30 }, (_, n) => typed(`k${n}`))]
    {
      await using socket = await openSocket(addressFor(writer))
      for (const frame of frames) {
        socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
      }
    }
    const log = await wholeLog(admin, frames.length)
    expect(log.map(({ connection }) => connection.frame)).toEqual(frames.map((_, at) => at + 1))
    const said = log.map(({ client }) => client).filter(({ event }) => event !== 'lock_fields')
    expect(text(said)).toEqual(text(frames.slice(1)))
  })
})
