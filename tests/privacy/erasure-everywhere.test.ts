import { describe, expect, it } from 'bun:test'
import { archiveStored, treeStored } from '../../src/changes/consumers'
import { createStatementsConsumer } from '../../src/changes/statements'
import { startTestApp, type TestApp } from '../support/app'
import { filesWith } from '../support/privacy/files-with'
import { CANARY, learner, learnerIds, plant } from '../support/privacy/planted'
import { until } from '../support/until'

interface View {
  id: string
  status: string
  places: { place: string; found: number; removed: number; files?: object[] }[]
  certificate?: { certificate: object; signature: { value: string } }
  verdict?: object
}

async function ask(test: TestApp, method: string, path: string, body?: unknown) {
  const headers = { ...test.as(test.keys.admin), 'Content-Type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const reply = await test.request(path, { method, headers, ...sent })
  return { status: reply.status, body: (await reply.json()) as View }
}

async function over(test: TestApp, id: string): Promise<View> {
  let view: View | undefined
  await until(async () => {
    view = (await ask(test, 'GET', `/privacy/erasures/${id}`)).body
    return ['done', 'failed', 'cancelled'].includes(view.status)
  }, 30_000)
  return view!
}

describe('a learner who is in every corner', () => {
  it('is in no byte of the data folder after the erasure', async () => {
    await using test = await startTestApp()
    const folder = test.config.dataDir
    const statuses = await plant(test, learner)
    expect(statuses.filter((status) => status >= 500)).toEqual([])
    await treeStored(test.platform)
    const before = await filesWith(folder, CANARY)
    expect(before.some((name) => name.endsWith('.parquet'))).toBe(true)
    for (const place of ['hot/', 'nonius.db', 'statements.db', 'blobs/']) {
      expect([place, before.some((name) => name.startsWith(place))]).toEqual([place, true])
    }

    const subject = { actorIds: learnerIds }
    const asked = { subject, reason: 'test' }
    const dry = await ask(test, 'POST', '/privacy/erasures', { ...asked, dryRun: true })
    expect(dry.status).toBe(202)
    const counted = await over(test, dry.body.id)
    expect(await filesWith(folder, CANARY)).toEqual(expect.arrayContaining(before))
    const begun = await ask(test, 'POST', '/privacy/erasures', asked)
    const done = await over(test, begun.body.id)
    expect(done.status).toBe('done')
    const foundAt = ({ places }: View) =>
      Object.fromEntries(places.map(({ place, found }) => [place, found]))
    expect(foundAt(done)).toEqual(foundAt(counted))
    expect(foundAt(done)).toMatchObject({ keys: 1 })
    expect(foundAt(done).trees).toBeGreaterThan(10)
    // Three ids of an entry of the staff, and two classes.
    expect(foundAt(done).rosters).toBe(5)
    expect(await filesWith(folder, CANARY)).toEqual([])
  }, 60_000)

  it('is in no byte after anonymising, and what happened is still there, under the same ids', async () => {
    await using test = await startTestApp()
    const folder = test.config.dataDir
    await plant(test, learner)
    const before = await allOf(test)
    const begun = await ask(test, 'POST', '/privacy/erasures', {
      ...{ subject: { actorIds: learnerIds }, reason: 'test', mode: 'anonymise' },
    })
    const done = await over(test, begun.body.id)
    expect(done).toMatchObject({ status: 'done', putBack: 21 })
    expect(await filesWith(folder, CANARY)).toEqual([])
    const after = await allOf(test)
    const shown = (one: Shown) => [one.eventId, one.type, one.action, one.eventTime, one.receivedAt]
    expect(after.map(shown).toSorted()).toEqual(before.map(shown).toSorted())
    // What others did stays theirs.
    const bobs = (all: Shown[]) => all.filter(({ actorId }) => actorId?.includes('bob')).length
    expect(bobs(after)).toBe(bobs(before))
    const asked = { parameters: {}, headers: { 'X-Experience-API-Version': '1.0.3' } }
    await using follower = test.platform.changes.follow(createStatementsConsumer(test.platform))
    await follower.drain()
    const found = await test.request('/xapi/statements', {
      headers: { ...test.as(test.keys.admin), ...asked.headers },
    })
    const { statements } = (await found.json()) as { statements: object[] }
    expect(statements).toHaveLength(13)
    await archiveStored(test.platform)
    expect(await filesWith(folder, CANARY)).toEqual([])
  }, 60_000)
})

it('has no salt in any tree, also of events that only the lake has', async () => {
  await using test = await startTestApp()
  const { platform, clock } = test
  const { trees } = platform
  async function send(eventId: string, userId: string) {
    const event = { event_type: 'page_view', event_id: eventId, user_id: userId }
    const body = JSON.stringify({ ...event, timestamp: clock.now().toISOString() })
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const reply = await test.request('/api/v1/events', { method: 'POST', headers, body })
    expect(reply.status).toBe(201)
  }
  const stored = async () => {
    await archiveStored(platform)
    await treeStored(platform)
  }
  await send('old-ada', 'ada')
  await send('old-bob', 'bob')
  await stored()
  const [head] = (await trees!.heads('default', { limit: 1 })).items
  // A generation of the hot store ends with its day, and is dropped with its last event.
  clock.advance(40 * 24 * 60 * 60 * 1000)
  await send('new-ada', 'ada')
  await stored()
  await platform.events.expire(clock.now())
  expect(await platform.events.get('default', 'old-ada')).toBeUndefined()
  const asked = { subject: { actorIds: ['ada'] }, reason: 'test' }
  const begun = await ask(test, 'POST', '/privacy/erasures', asked)
  const { status, places } = await over(test, begun.body.id)
  expect([status, places.find(({ place }) => place === 'trees')?.removed]).toEqual(['done', 2])
  const left = await trees!.find('default', ['old-ada', 'old-bob', 'new-ada'], '')
  expect([...left.keys()]).toEqual(['old-bob'])
  expect(await trees!.head('default', head!.hour)).toEqual(head!)
}, 30_000)

interface Shown {
  eventId: string
  type: string
  action?: string | undefined
  actorId?: string | undefined
  eventTime: string
  receivedAt: string
}

async function allOf({ platform }: TestApp): Promise<Shown[]> {
  const { items } = await platform.events.query('default', {}, { limit: 1000 })
  // The trail of who did what is in the lake as events of our own.
  return items.filter(({ type }) => !type.startsWith('nonius.'))
}
