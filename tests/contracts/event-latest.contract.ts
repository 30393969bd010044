import { expect, it } from 'bun:test'
import { AppError } from '../../src/error/app-error'
import type { EventFilter } from '../../src/event/filter'
import type { EventRecord } from '../../src/event/record'
import type { EventStore } from '../../src/platform/event-store'
import { aRecord } from '../support/records'

const ids = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId)
const at = (minute: number, second = 0) =>
  new Date(Date.UTC(2026, 10, 21, 9, minute, second)).toISOString()

/** What every hot store promises of the order of arrival, and of what arrived between two times. */
export function itFindsByArrival(
  create: (options?: { now?: () => Date }) => Promise<EventStore>,
): void {
  const now = () => new Date(at(30))
  const filters: EventFilter[] = [
    {},
    { kind: 'event' },
    { type: 'Started' },
    { sessionId: 's1', type: 'Ended' },
    { actorId: 'nobody' },
    { receivedFrom: at(5) },
    { receivedTo: at(5) },
    { receivedFrom: at(3), receivedTo: at(7), type: 'Started' },
    { receivedFrom: at(59) },
    { receivedFrom: '1970-01-01T00:00:00.000Z' },
  ]

  function records(): EventRecord[] {
    return Array.from({ length: 20 }, (_, n) => {
      const receivedAt = at(Math.floor(n / 2), n % 2)
      return aRecord({
        receivedAt,
        eventTime: receivedAt,
        expiresAt: at(59),
        type: n % 3 === 0 ? 'Started' : 'Ended',
        sessionId: `s${n % 2}`,
        tenantId: n % 7 === 0 ? 'other' : 'default',
        kind: n % 5 === 0 ? 'entity' : 'event',
      })
    })
  }

  function expected(all: readonly EventRecord[], filter: EventFilter): string[] {
    const { receivedFrom = '', receivedTo = '~', ...fields } = filter
    const found = all.filter((record) => {
      if (record.tenantId !== 'default') return false
      if (record.receivedAt < receivedFrom || record.receivedAt >= receivedTo) return false
      return Object.entries(fields).every(([name, value]) => record[name as 'type'] === value)
    })
    return ids(found.toReversed())
  }

  for (const filter of filters) {
    it(`finds the latest arrivals first, page after page, by ${JSON.stringify(filter)}`, async () => {
      await using store = await create({ now })
      const all = records()
      for (const record of all) await store.append([record])
      for (const limit of [1, 3, 100]) {
        const found: string[] = []
        let cursor: string | undefined
        do {
          const page = await store.latest('default', filter, { limit, cursor })
          found.push(...ids(page.items))
          cursor = page.nextCursor
        } while (cursor !== undefined)
        expect(found).toEqual(expected(all, filter))
      }
      const { items } = await store.query('default', filter, { limit: 100 })
      expect(ids(items).toSorted()).toEqual(expected(all, filter).toSorted())
    })
  }

  it('finds what has just been stored, and what arrived out of order by its arrival', async () => {
    await using store = await create({ now })
    const late = aRecord({ receivedAt: at(1), eventTime: at(1), expiresAt: at(59) })
    const early = aRecord({ receivedAt: at(9), eventTime: at(9), expiresAt: at(59) })
    await store.append([early])
    await store.append([late])
    const since = { receivedFrom: at(5) }
    expect(ids((await store.latest('default', since, { limit: 10 })).items)).toEqual(ids([early]))
    const all = await store.latest('default', {}, { limit: 10 })
    expect(ids(all.items).toSorted()).toEqual(ids([early, late]).toSorted())
  })

  it('goes on with a cursor while more is hidden and stored, and takes no other cursor', async () => {
    await using store = await create({ now })
    const all = records().filter(({ tenantId }) => tenantId === 'default')
    await store.append(all)
    const first = await store.latest('default', {}, { limit: 4 })
    await store.append([aRecord({ receivedAt: at(20), eventTime: at(0), expiresAt: at(59) })])
    const { nextCursor: cursor } = first
    const since = { receivedFrom: at(4) }
    const { items } = await store.latest('default', since, { limit: 100, cursor })
    expect(items.length).toBeGreaterThan(2)
    expect(items.every(({ receivedAt }) => receivedAt >= at(4))).toBe(true)
    for (const wrong of [`${cursor}x`, 'x']) {
      await expect(store.latest('default', {}, { limit: 4, cursor: wrong })).rejects.toThrow(
        AppError,
      )
    }
    await expect(store.latest('other', {}, { limit: 4, cursor })).rejects.toThrow(AppError)
  })

  it('ends a page of latest arrivals by bytes, and leaves out what has expired', async () => {
    await using store = await create({ now })
    const expired = aRecord({ receivedAt: at(0), eventTime: at(0), expiresAt: at(10) })
    const large = [1, 2, 3].map((minute) =>
      aRecord({
        receivedAt: at(minute),
        eventTime: at(minute),
        expiresAt: at(59),
        raw: JSON.stringify({ minute, text: 'x'.repeat(1000) }),
      }),
    )
    await store.append([expired, ...large])
    const page = await store.latest('default', {}, { limit: 10, maxBytes: 2100 })
    expect(ids(page.items)).toEqual(ids([large[2]!, large[1]!]))
    const rest = await store.latest('default', {}, { limit: 10, cursor: page.nextCursor })
    expect(ids(rest.items)).toEqual(ids([large[0]!]))
  })
}
