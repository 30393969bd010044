import { describe, expect, it } from 'bun:test'
import type { EventFilter } from '../../src/event/filter'
import { matchesFilter } from '../../src/event/filter'
import type { EventRecord } from '../../src/event/record'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aRecord } from '../support/records'

function openIn(now: () => Date) {
  const folder = temporaryFolder()
  const store = openStore(folder.path, now)
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

const many = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}${n}`)
const ids = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId)

describe('a search through blocks of the index', () => {
  // Some blocks in the order of time, some in none, and one event of the far future in each.
  const records = Array.from({ length: 14_000 }, (_, n) => {
    const random = (n * 7919) % 14_000
    const second = n % 4096 === 7 ? 1e6 : Math.floor(n / 4096) % 2 === 0 ? n : random
    return aRecord({
      tenantId: n % 3 === 0 ? 'other' : 'default',
      kind: n % 11 === 0 ? 'entity' : 'event',
      type: `T${n % 5}`,
      commonAction: n % 7 === 0 ? `A${n % 13}` : undefined,
      actorId: `a${random % 500}`,
      memberId: n % 17 === 0 ? `a${n % 50}` : undefined,
      courseId: `c${n % 40}`,
      groupId: n % 4 === 0 ? `g${n % 12}` : undefined,
      eventTime: new Date(Date.UTC(2026, 10, 1) + second * 1000).toISOString(),
    })
  })
  const from = new Date(Date.UTC(2026, 10, 1) + 3000 * 1000).toISOString()
  const to = new Date(Date.UTC(2026, 10, 1) + 9000 * 1000).toISOString()
  const questions: [filter: EventFilter, limit: number][] = [
    [{}, 1000],
    [{ kind: 'event' }, 700],
    [{ type: 'T3' }, 333],
    [{ actorId: 'a7' }, 5],
    [{ actorId: 'a7', type: 'T4' }, 2],
    [{ actorId: 'nobody' }, 10],
    [{ from, to }, 900],
    [{ from, type: 'T1', kind: 'entity' }, 40],
    [{ commonAction: 'A7' }, 3],
    [{ commonAction: 'A2', type: 'T3' }, 5],
    [{ commonAction: 'none' }, 10],
    [{ whose: [{ groups: [], actorIds: ['a7'] }] }, 3],
    [{ whose: [{ groups: ['c3', 'g4'], actorIds: ['a8'] }], from, to }, 50],
    [{ whose: [{ groups: many('c', 30), actorIds: many('a', 90) }], type: 'T2' }, 400],
    [
      {
        whose: [
          { groups: many('g', 4), actorIds: [] },
          { groups: ['c8'], actorIds: ['a12'] },
        ],
      },
      20,
    ],
  ]

  it('finds what looking at everything finds, in the same order, page after page', async () => {
    await using store = openIn(() => new Date())
    for (let at = 0; at < records.length; at += 1000) {
      await store.append(records.slice(at, at + 1000))
    }
    const newestFirst = records
      .toReversed()
      .toSorted((a, b) => (a.eventTime < b.eventTime ? 1 : a.eventTime > b.eventTime ? -1 : 0))
    for (const tenantId of ['default', 'other', 'nobody']) {
      for (const [filter, limit] of questions) {
        const expected = newestFirst.filter(
          (record) => record.tenantId === tenantId && matchesFilter(record, filter),
        )
        for (const order of ['desc', 'asc'] as const) {
          const seen: string[] = []
          let cursor: string | undefined
          do {
            const page = await store.query(tenantId, filter, { limit, cursor, order })
            seen.push(...ids(page.items))
            cursor = page.nextCursor
          } while (cursor !== undefined)
          expect(seen).toEqual(ids(order === 'asc' ? expected.toReversed() : expected))
        }
      }
    }
  }, 60_000)
})

describe('a search that others overtake', () => {
  it('goes on when what it reads expires, or more is stored, while it waits its turn', async () => {
    let now = new Date('2026-11-01T00:00:00.000Z')
    await using store = openIn(() => now)
    const at = (n: number) => ({
      eventTime: new Date(Date.UTC(2026, 9, 1) + n * 1000).toISOString(),
    })
    const expiresAt = '2026-11-03T00:00:00.000Z'
    await store.append(Array.from({ length: 500 }, (_, n) => aRecord({ expiresAt, ...at(n) })))
    now = new Date('2026-11-02T12:00:00.000Z')
    const young = Array.from({ length: 500 }, (_, n) =>
      aRecord({ expiresAt: '2026-11-09T00:00:00.000Z', ...at(1000 + n) }),
    )
    await store.append(young)
    const first = await store.query('default', {}, { limit: 300 })
    const before = store.query('default', {}, { limit: 1000, cursor: first.nextCursor })

    now = new Date('2026-11-04T00:00:00.000Z')
    expect(await store.expire(now)).toEqual({ dropped: 500 })
    await store.append(Array.from({ length: 5000 }, (_, n) => aRecord(at(2000 + n))))
    const after = await store.query('default', {}, { limit: 1000, cursor: first.nextCursor })
    const expected = ids(young.toReversed()).slice(300)
    // What began before may have read some of what was there then.
    expect(ids((await before).items).slice(0, 200)).toEqual(expected)
    expect(ids(after.items)).toEqual(expected)
    expect(after).not.toHaveProperty('nextCursor')
  })

  it('ends with a short page and a cursor when it has read thousands that have expired', async () => {
    let now = new Date('2026-11-01T00:00:00.000Z')
    await using store = openIn(() => now)
    const late = aRecord({ actorId: 'me', expiresAt: '2026-11-09T00:00:00.000Z' })
    const [eventTime, expiresAt] = ['2026-11-16T00:00:00.000Z', '2026-11-01T10:00:00.000Z']
    await store.append([
      late,
      ...Array.from({ length: 4500 }, () => aRecord({ actorId: 'me', eventTime, expiresAt })),
    ])
    now = new Date('2026-11-01T12:00:00.000Z')
    const first = await store.query('default', { actorId: 'me' }, { limit: 10 })
    expect(first.items).toEqual([])
    const { nextCursor: cursor } = first
    const second = await store.query('default', { actorId: 'me' }, { limit: 10, cursor })
    expect(second).toEqual({ items: [late] })
  })

  it('answers each of many at once, of every tenant', async () => {
    await using store = openIn(() => new Date())
    const tenants = ['a', 'b', 'c']
    const records = Array.from({ length: 3000 }, (_, n) => aRecord({ tenantId: tenants[n % 3]! }))
    await store.append(records)
    const asked = Array.from({ length: 60 }, (_, n) =>
      store.query(tenants[n % 3]!, {}, { limit: 1000 }),
    )
    for (const [n, { items }] of (await Promise.all(asked)).entries()) {
      expect(items).toHaveLength(1000)
      expect(items.every(({ tenantId }) => tenantId === tenants[n % 3])).toBe(true)
    }
  })
})
