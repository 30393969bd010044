import { expect, it } from 'bun:test'
import fc from 'fast-check'
import type { AppError } from '../../src/error/app-error'
import { type EventFilter, isOf } from '../../src/event/filter'
import type { EventRecord } from '../../src/event/record'
import type { EventStore } from '../../src/platform/event-store'
import { aRecord } from '../support/records'

const ids = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId)
const at = (minute: number) => `2026-11-15T10:0${minute}:00.000Z`

/** What every hot store promises of either order, of cursors at each item, and of whose events are. */
export function itQueriesEitherWay(create: () => Promise<EventStore>): void {
  async function readAll(store: EventStore, filter: EventFilter, order?: 'asc' | 'desc') {
    const found: EventRecord[] = []
    let cursor: string | undefined
    do {
      const page = await store.query('default', filter, { limit: 3, cursor, order })
      found.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return ids(found)
  }

  it('answers oldest first the very order of newest first backwards, also between times', async () => {
    await using store = await create()
    const minutes = [3, 1, 3, 0, 5, 3, 1, 9]
    for (const minute of minutes) {
      await store.append([aRecord({ eventTime: at(minute), type: minute > 3 ? 'Late' : 'Early' })])
    }
    for (const filter of [
      {},
      { type: 'Late' },
      { type: 'none' },
      { from: at(1), to: at(5) },
      { from: at(3), to: at(3) },
    ]) {
      const newest = await readAll(store, filter)
      expect(await readAll(store, filter, 'asc')).toEqual(newest.toReversed())
      expect(await readAll(store, filter, 'desc')).toEqual(newest)
    }
  })

  it('goes on behind any item, in either order, while others are stored', async () => {
    await using store = await create()
    const minutes = [3, 1, 3, 0, 5, 3]
    await store.append(minutes.map((minute) => aRecord({ eventTime: at(minute), actorId: 'me' })))
    const filter = { actorId: 'me' }
    for (const order of ['asc', 'desc'] as const) {
      const whole = await store.query('default', filter, { limit: 9, order, withCursors: true })
      expect(whole.cursors).toHaveLength(whole.items.length)
      // It stands where no page of this order comes to any more.
      const eventTime = order === 'asc' ? '2026-11-14T00:00:00.000Z' : at(9)
      await store.append([aRecord({ eventTime, actorId: 'me' })])
      for (const [place, cursor] of whole.cursors!.entries()) {
        const { items } = await store.query('default', filter, { limit: 9, order, cursor })
        expect(ids(items)).toEqual(ids(whole.items.slice(place + 1)))
      }
      const last = whole.cursors!.at(-1)!
      expect(await store.query('default', filter, { limit: 1, order, cursor: last })).toEqual({
        items: [],
      })
    }
  })

  it("takes no cursor of the other order, and gives each item's only where it is asked", async () => {
    await using store = await create()
    await store.append([aRecord(), aRecord(), aRecord()])
    const page = await store.query('default', {}, { limit: 1 })
    expect(page).not.toHaveProperty('cursors')
    const other = store.query('default', {}, { limit: 1, order: 'asc', cursor: page.nextCursor })
    expect(await other.catch((error: AppError) => error.code)).toBe('invalid_cursor')
  })

  it('finds whose events are: of a course or group, by or about a person, of all that is asked', async () => {
    await using store = await create()
    const some = fc.constantFrom(undefined, 'a', 'ab', 'b')
    const anyone = fc.constantFrom('a', 'ab', 'b')
    const lists = fc.record({
      groups: fc.uniqueArray(fc.constantFrom('a', 'ab', 'c')),
      // More than a few are looked for in another way.
      actorIds: fc.oneof(
        fc.uniqueArray(fc.constantFrom('b', 'ab', 'c')),
        fc.constant([...Array.from({ length: 40 }, (_, n) => `n${n}`), 'ab']),
      ),
    })
    const placed = fc.record({ actorId: anyone, memberId: some, courseId: some, groupId: some })
    await fc.assert(
      fc.asyncProperty(
        fc.array(placed, { maxLength: 12 }),
        fc.array(lists, { minLength: 1, maxLength: 2 }),
        fc.constantFrom('asc' as const, 'desc' as const),
        async (places, whose, order) => {
          // Each round has a session of its own, so that one store is enough.
          const sessionId = crypto.randomUUID()
          const records = places.map((place) => aRecord({ sessionId, ...place }))
          await store.append(records)
          const expected = records.filter((record) => whose.every((one) => isOf(one, record)))
          const found = await readAll(store, { sessionId, whose }, order)
          expect(found.toSorted()).toEqual(ids(expected).toSorted())
          const latest = await store.latest('default', { sessionId, whose }, { limit: 100 })
          expect(ids(latest.items).toSorted()).toEqual(ids(expected).toSorted())
        },
      ),
      { numRuns: 25 },
    )
    const nobodys = [{ groups: [], actorIds: [] }]
    expect(await readAll(store, { whose: nobodys })).toEqual([])
  })
}
