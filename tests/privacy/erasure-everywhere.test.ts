import { describe, expect, it } from 'bun:test'
import { archiveStored } from '../../src/changes/consumers'
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
