import { expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import type { EventRecord } from '../../src/event/record'
import type { EventErasure, EventStore } from '../../src/platform/event-store'
import { neighboursOf, oddIds } from '../support/odd-ids'
import { aRecord } from '../support/records'

const ids = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId)

/** All of it, however many calls it takes. */
export async function eraseAll(store: EventStore, tenantId: string, erasure: EventErasure) {
  let removed = 0
  let cursor: string | undefined
  do {
    const erased = await store.erase(tenantId, { ...erasure, cursor })
    removed += erased.removed
    cursor = erased.nextCursor
  } while (cursor !== undefined)
  return { removed }
}

async function allOf(store: EventStore, tenantId = 'default', limit = 100) {
  const items: EventRecord[] = []
  let cursor: string | undefined
  do {
    const page = await store.query(tenantId, {}, { limit, cursor })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return items
}

/** What erasing from an event store means. To be called within its contract. */
export function itErasesEvents(create: () => Promise<EventStore>) {
  const of = (actorId: string, more: Partial<EventRecord> = {}) =>
    aRecord({ actorId, raw: JSON.stringify({ actor: actorId, n: Math.random() }), ...more })

  it('erases everything of an actor, and nothing of the others beside it', async () => {
    await using store = await create()
    const records = Array.from({ length: 120 }, (_, n) => of(n % 3 === 0 ? 'ada' : `user ${n}`))
    await store.append(records)
    const before = await allOf(store)
    const theirs = records.filter(({ actorId }) => actorId === 'ada')
    expect(await eraseAll(store, 'default', { actorIds: ['ada'] })).toMatchObject({ removed: 40 })
    const rest = before.filter(({ actorId }) => actorId !== 'ada')
    expect(await allOf(store)).toEqual(rest)
    expect((await store.query('default', { actorId: 'ada' }, { limit: 10 })).items).toEqual([])
    for (const { eventId } of theirs) expect(await store.get('default', eventId)).toBeUndefined()
    for (const record of rest) expect(await store.get('default', record.eventId)).toEqual(record)
    expect(await eraseAll(store, 'default', { actorIds: ['ada'] })).toMatchObject({ removed: 0 })
  })

  it('erases what others sent that names them, in whatever place and spelling', async () => {
    await using store = await create()
    const id = 'https://example.edu/users/ada'
    const naming = [
      `{"membership":{"member":"${id}"}}`,
      `{"a":[{"b":["x","${id}"]}]}`,
      `{"${id}":1}`,
      `{"id":"https:\\/\\/example.edu\\/users\\/ada"}`,
      `{"id":"\\u0068ttps://example.edu/users/ada"}`,
    ].map((raw) => aRecord({ actorId: 'bob', raw }))
    const others = [
      `{"id":"${id}2"}`,
      `{"note":"it was ${id}"}`,
      `{"note":"it was \\"${id}\\""}`,
      '{"id":"https://example.edu/users/"}',
    ].map((raw) => aRecord({ actorId: 'bob', raw }))
    // Its actor is made of what was sent, and does not stand there.
    const derived = aRecord({ actorId: id, raw: '{"user":7}' })
    await store.append([...others, ...naming, derived])
    expect(await eraseAll(store, 'default', { actorIds: [id] })).toMatchObject({ removed: 6 })
    expect(ids(await allOf(store)).toSorted()).toEqual(ids(others).toSorted())
  })

  it('leaves another tenant alone, even one of a similar name', async () => {
    await using store = await create()
    const tenants = ['default', 'default2', 'default#x', 'def', 'Default']
    const records = tenants.map((tenantId) => of('ada', { tenantId, eventId: 'urn:same' }))
    await store.append(records)
    expect(await eraseAll(store, 'default', { actorIds: ['ada'] })).toMatchObject({ removed: 1 })
    for (const record of records.slice(1)) {
      expect(await store.get(record.tenantId, 'urn:same')).toEqual(record)
    }
    expect(await store.get('default', 'urn:same')).toBeUndefined()
  })

  it('takes ids as they are, whatever characters they have', async () => {
    await using store = await create()
    const others = oddIds.flatMap((id) => neighboursOf(id).map((other) => of(other)))
    await store.append([...oddIds.map((id) => of(id)), ...others])
    for (const id of oddIds) {
      const asked = { actorIds: [id] }
      const counted = await eraseAll(store, 'default', { ...asked, isDryRun: true })
      const erased = await eraseAll(store, 'default', asked)
      expect([id, counted, erased]).toEqual([id, { removed: 1 }, { removed: 1 }])
    }
    expect(ids(await allOf(store)).toSorted()).toEqual(ids(others).toSorted())
  })

  it('removes nothing for nobody', async () => {
    await using store = await create()
    await store.append([of('ada'), aRecord({ raw: '{"id":""}' })])
    for (const actorIds of [[], [''], ['nobody'], ['ad', 'ada ', 'ADA']]) {
      expect(await eraseAll(store, 'default', { actorIds })).toMatchObject({ removed: 0 })
    }
    expect(await allOf(store)).toHaveLength(2)
  })

  it('takes a thousand people in one call', async () => {
    await using store = await create()
    const people = Array.from({ length: 1000 }, (_, n) => `https://example.edu/users/${n}`)
    const theirs = people.slice(0, 60).map((id) => of(id))
    const others = people.slice(0, 60).map((id) => of(`${id}/x`))
    await store.append([...theirs, ...others])
    expect(await eraseAll(store, 'default', { actorIds: people })).toMatchObject({ removed: 60 })
    expect(ids(await allOf(store)).toSorted()).toEqual(ids(others).toSorted())
  })

  it('erases an event of half a megabyte', async () => {
    await using store = await create()
    const large = () => randomBytes(400_000).toString('base64')
    const [theirs, other] = [of('ada'), of('bob')]
    theirs.raw = JSON.stringify({ text: large(), actor: 'ada' })
    other.raw = JSON.stringify({ text: large(), actor: 'bob' })
    await store.append([theirs, other])
    expect(await eraseAll(store, 'default', { actorIds: ['ada'] })).toMatchObject({ removed: 1 })
    expect(await store.get('default', theirs.eventId)).toBeUndefined()
    expect(await store.get('default', other.eventId)).toEqual(other)
  })

  it('stores an erased id anew when it is sent again', async () => {
    await using store = await create()
    const [one, two] = [of('ada'), of('ada')]
    await store.append([one, two])
    await eraseAll(store, 'default', { actorIds: ['ada'] })
    const other = { ...two, actorId: 'bob', raw: '{"actor":"bob"}' }
    const kinds = async (records: EventRecord[]) =>
      (await store.append(records)).map(({ kind }) => kind)
    expect(await kinds([one, other, two])).toEqual(['stored', 'stored', 'conflict'])
    expect(await store.get('default', one.eventId)).toEqual(one)
    expect(await store.get('default', two.eventId)).toEqual(other)
    expect(await eraseAll(store, 'default', { actorIds: ['ada'] })).toMatchObject({ removed: 1 })
    expect(await allOf(store)).toEqual([other])
  })

  it('tells which events leave while they are still there, and again after a failure', async () => {
    await using store = await create()
    const theirs = Array.from({ length: 30 }, () => of('ada'))
    await store.append([...theirs, of('bob')])
    const told: string[] = []
    async function leaving(eventIds: readonly string[]) {
      for (const id of eventIds) expect(await store.get('default', id)).toBeDefined()
      told.push(...eventIds)
    }
    const failing = eraseAll(store, 'default', {
      actorIds: ['ada'],
      leaving: () => Promise.reject(new Error('not now')),
    })
    expect(await failing.catch(({ message }: Error) => message)).toBe('not now')
    expect(await allOf(store)).toHaveLength(31)
    await eraseAll(store, 'default', { actorIds: ['ada'], leaving })
    expect(told.toSorted()).toEqual(ids(theirs).toSorted())
    expect(await allOf(store)).toHaveLength(1)
  })

  it('goes on while others append and read, who miss nothing and see nothing twice', async () => {
    await using store = await create()
    const theirs = Array.from({ length: 60 }, () => of('ada'))
    const others = Array.from({ length: 60 }, () => of('bob'))
    for (let n = 0; n < 60; n += 20) {
      await store.append([...theirs.slice(n, n + 20), ...others.slice(n, n + 20)])
    }
    const first = await store.query('default', {}, { limit: 5 })
    const appended: EventRecord[] = []
    let isErasing = true
    async function append() {
      while (isErasing) {
        // Later than all: before the page that is read.
        const some = [of('bob', { eventTime: '2027-01-01T00:00:00.000Z' }), of('cy')]
        const outcomes = await store.append(some)
        expect(outcomes.map(({ kind }) => kind)).toEqual(['stored', 'stored'])
        appended.push(...some)
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    const appending = append()
    const both = await Promise.all([
      eraseAll(store, 'default', { actorIds: ['ada'] }),
      eraseAll(store, 'default', { actorIds: ['ada', 'nobody'] }),
    ])
    isErasing = false
    await appending
    expect(both[0].removed + both[1].removed).toBe(60)
    expect(ids(await allOf(store)).toSorted()).toEqual(ids([...others, ...appended]).toSorted())

    const seen = [...first.items]
    let cursor = first.nextCursor
    while (cursor !== undefined) {
      const page = await store.query('default', {}, { limit: 7, cursor })
      seen.push(...page.items)
      cursor = page.nextCursor
    }
    expect(new Set(ids(seen)).size).toBe(seen.length)
    expect(ids(seen)).toEqual(expect.arrayContaining(ids(others)))
  })
}
