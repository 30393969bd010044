import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { readStream } from '../support/event-stream'
import { notOnAws } from '../support/not-on-aws'
import { aRoster, rosterZip } from '../support/rosters'
import { shared } from '../support/shared'

const local = notOnAws('no process')

const ask = (test: TestApp, query = '', headers: Record<string, string> = asAdmin(test)) =>
  test.request(`/analytics/stream${query}`, { headers })
const asAdmin = (test: TestApp): Record<string, string> => test.as(test.keys.admin)

async function open(test: TestApp, query = '', headers?: Record<string, string>) {
  const reply = await ask(test, query, headers)
  expect(reply.status).toBe(200)
  const stream = readStream(reply.body!)
  expect((await stream.next())!.name).toBe('ready')
  return stream
}

async function send(test: TestApp, ...events: object[]) {
  const headers = { ...test.as(), 'Content-Type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(events) }
  expect((await test.request('/api/v1/events', init)).status).toBe(200)
}

const opened = (user_id: string, more: object = {}) => ({ event_type: 'opened', user_id, ...more })

interface News {
  rows: { start: string; type?: string; value: number }[]
  countedTo: string
  partial?: true
}

/** Reads until the numbers are these, and returns the id of the last message. */
async function untilRows(stream: Awaited<ReturnType<typeof open>>, wanted: Record<string, number>) {
  const now: Record<string, number> = {}
  for (;;) {
    const message = (await stream.next())!
    const { rows } = JSON.parse(message.data) as News
    for (const { type = 'all', value } of rows) now[type] = value
    if (Object.entries(wanted).every(([name, value]) => now[name] === value)) {
      expect(now).toEqual(wanted)
      return message.id
    }
  }
}

async function roleKey(test: TestApp, body: object): Promise<Record<string, string>> {
  const reply = await test.request('/keys', {
    method: 'POST',
    headers: { ...test.as(test.keys.admin), 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'somebody', ...body }),
  })
  expect(reply.status).toBe(201)
  return test.as(((await reply.json()) as { key: string }).key)
}

describe('GET /analytics/stream', () => {
  local(
    'tells numbers within five seconds of their arrival, and goes on where it was',
    async () => {
      await using test = await startTestApp()
      await send(test, opened('before'))
      await using stream = await open(test, '?groupBy=type&interval=hour')
      const began = performance.now()
      await send(test, opened('ada'), opened('bob'), { event_type: 'closed', user_id: 'ada' })
      const id = await untilRows(stream, { opened: 2, closed: 1 })
      expect(performance.now() - began).toBeLessThan(5_000)
      await stream[Symbol.asyncDispose]()

      await send(test, opened('cyd'))
      const headers = { ...asAdmin(test), 'Last-Event-ID': id! }
      await using again = await open(test, '?groupBy=type&interval=hour', headers)
      await untilRows(again, { opened: 3, closed: 1 })
      await send(test, opened('cyd'))
      const last = (await again.next())!
      expect((JSON.parse(last.data) as News).rows[0]!.value).toBe(4)
    },
    30_000,
  )

  local(
    'counts people, and what is asked for alone',
    async () => {
      await using test = await startTestApp()
      await using people = await open(test, '?metric=actors&type=opened')
      await using ada = await open(test, '?learner=ada')
      await send(test, opened('ada'), opened('ada'), opened('bob'))
      await send(test, { event_type: 'closed', user_id: 'ada' }, { event_type: 'closed' })
      await untilRows(people, { all: 2 })
      await untilRows(ada, { all: 3 })
    },
    30_000,
  )

  local(
    'counts of a role what it sees: a teacher her classes, a learner their own',
    async () => {
      await using test = await startTestApp()
      const zip = rosterZip(aRoster())
      const type = { 'Content-Type': 'application/zip' }
      const headers = { ...test.as(test.keys.admin), ...type }
      const put = await test.request('/rosters', { method: 'PUT', headers, body: zip })
      expect(put.status).toBe(200)
      await using teacher = await open(
        test,
        '',
        await roleKey(test, { role: 'teacher', actor: 't1' }),
      )
      const manager = await roleKey(test, { role: 'teacher-admin', actor: 'a0' })
      await using managed = await open(test, '', manager)
      await using pupil = await open(
        test,
        '',
        await roleKey(test, { role: 'student', actor: 's1' }),
      )
      const learning = (user: string, group: string) => ({
        ...{ '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2', type: 'Event' },
        ...{ id: `urn:uuid:${crypto.randomUUID()}`, action: 'Viewed' },
        ...{
          eventTime: '2026-11-01T10:00:00.000Z',
          object: { id: 'https://x/1', type: 'Document' },
        },
        ...{ actor: { id: user, type: 'Person' }, group: { id: group, type: 'CourseSection' } },
      })
      const envelope = {
        ...{ sensor: 'https://x/s', sendTime: '2026-11-01T10:00:00.000Z' },
        dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p2',
        data: [
          ...[learning('s1', 'math'), learning('s2', 'math'), learning('s2', 'art')],
          ...[learning('s1', 'elsewhere'), learning('s9', 'math2')],
        ],
      }
      const reply = await test.request('/caliper/v1p2/events', {
        method: 'POST',
        headers: { ...test.as(), 'Content-Type': 'application/json' },
        body: JSON.stringify(envelope),
      })
      expect(await reply.json()).toMatchObject({ eventCount: 5 })
      await untilRows(teacher, { all: 2 })
      await untilRows(managed, { all: 3 })
      await untilRows(pupil, { all: 2 })
    },
    30_000,
  )

  local(
    'tells nothing of another organisation',
    async () => {
      await using test = await startTestApp()
      const key = await test.issue(['events:read'], 'other')
      await using other = await open(test, '', test.as(key))
      await using own = await open(test)
      await send(test, opened('ada'))
      await untilRows(own, { all: 1 })
      const silence = Bun.sleep(1500).then(() => 'nothing')
      expect(await Promise.race([other.next(), silence])).toBe('nothing')
    },
    30_000,
  )
})

describe('GET /analytics/stream refuses', () => {
  const app = shared(startTestApp)

  for (const query of ['metric=people', 'groupBy=learner', 'interval=day', 'x=1', 'type=']) {
    it(`a parameter that is none: ${query}`, async () => {
      await problemOf(await ask(await app(), `?${query}`), 'invalid_request')
    })
  }

  for (const after of ['x', '1~a', '1~a~b', '1p~~', `${'9'.repeat(16)}~a~b`, '~~', "1~'~'"]) {
    local(`a mark that is none: ${after}`, async () => {
      const test = await app()
      await problemOf(await ask(test, `?after=${encodeURIComponent(after)}`), 'invalid_cursor')
      const headers = { ...asAdmin(test), 'Last-Event-ID': after }
      await problemOf(await ask(test, '', headers), 'invalid_cursor')
    })
  }

  it('whoever has no key, writes only, asks for one person’s by aggregates, or is of all organisations', async () => {
    const test = await app()
    const aggregates = await roleKey(test, { role: 'analyst', aggregatesOnly: true })
    await problemOf(await ask(test, '?learner=ada', aggregates), 'forbidden')
    await problemOf(await test.request('/analytics/stream'), 'unauthenticated')
    const writer = test.as(await test.issue(['events:write']))
    await problemOf(await ask(test, '', writer), 'forbidden')
  })
})
