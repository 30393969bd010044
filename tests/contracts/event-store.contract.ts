import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { AppError } from '../../src/error/app-error'
import type { EventRecord } from '../../src/event/record'
import type { EventStore } from '../../src/platform/event-store'
import { aRecord } from '../support/records'
import { itErasesEvents } from './event-erasure.contract'
import { itFindsByArrival } from './event-latest.contract'
import { itQueriesEitherWay } from './event-query.contract'
import { itAppendsWhole } from './event-whole.contract'

/** What every hot store promises, whatever it is made of. */
export function eventStoreContract(
  name: string,
  create: (options?: { now?: () => Date }) => Promise<EventStore>,
) {
  const kinds = async (store: EventStore, records: EventRecord[]) =>
    (await store.append(records)).map(({ kind }) => kind)

  const ids = (records: EventRecord[]) => records.map(({ eventId }) => eventId)
  const bytesOf = (records: EventRecord[]) =>
    records.reduce((sum, { raw }) => sum + Buffer.byteLength(raw), 0)

  describe(`${name} keeps the event store's promises`, () => {
    it('gives back what was stored, whole', async () => {
      await using store = await create()
      const record = aRecord({
        membershipRoles: ['Learner'],
        score: 0.1,
        raw: '{"n":12345678901234567890,"odd":"\\ud800","f":1.10}',
      })
      expect(await kinds(store, [record])).toEqual(['stored'])
      expect(await store.get('default', record.eventId)).toEqual(record)
    })

    const repairs: EventRecord['repair'][] = [
      { by: 'key_2', at: '2026-11-21T10:00:00.000Z', paths: ['/type', '/a~1b/0', '/tab\t'] },
      { by: 'key_2', at: '2026-11-21T10:00:00.000Z' },
    ]
    it('gives back the marks of repairs, beside records that have none', async () => {
      await using store = await create()
      const records = [aRecord(), ...repairs.map((repair) => aRecord({ repair })), aRecord()]
      expect(await kinds(store, records)).toEqual(records.map(() => 'stored'))
      for (const record of records) {
        expect(await store.get('default', record.eventId)).toEqual(record)
      }
    })

    it('keeps the first of two events that share an id', async () => {
      await using store = await create()
      const first = aRecord({ raw: '{"a":1,"b":2}' })
      const second = { ...first, raw: '{"a":1,"b":3}' }
      expect(await kinds(store, [first])).toEqual(['stored'])
      expect(await kinds(store, [second, first])).toEqual(['conflict', 'duplicate'])
      expect(await store.get('default', first.eventId)).toEqual(first)
    })

    it('compares content as JSON', async () => {
      await using store = await create()
      const first = aRecord({ raw: '{"a":1,"b":[1.0,2]}' })
      await store.append([first])
      const same = { ...first, raw: '{ "b": [1, 2],\n "a": 1 }' }
      const other = { ...first, raw: '{"a":1,"b":[2,1]}' }
      expect(await kinds(store, [same, other])).toEqual(['duplicate', 'conflict'])
    })

    it('tells duplicates and conflicts within one call', async () => {
      await using store = await create()
      const one = aRecord()
      const other = { ...one, raw: '{"else":true}' }
      expect(await kinds(store, [one, one, other])).toEqual(['stored', 'duplicate', 'conflict'])
    })

    it('stores an id once when many send it at the same time', async () => {
      await using store = await create()
      const record = aRecord()
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => kinds(store, [record])))
      const counts = Object.groupBy(outcomes.flat(), (kind) => kind)
      expect(counts.stored).toHaveLength(1)
      expect(counts.duplicate).toHaveLength(49)
    })

    it('keeps tenants apart, even where they share ids', async () => {
      await using store = await create()
      const ours = aRecord()
      const theirs = { ...ours, tenantId: 'other', raw: '{"theirs":true}' }
      expect(await kinds(store, [ours, theirs])).toEqual(['stored', 'stored'])
      expect(await store.get('default', ours.eventId)).toEqual(ours)
      expect(await store.get('other', ours.eventId)).toEqual(theirs)
      expect(await store.get('third', ours.eventId)).toBeUndefined()
      expect((await store.query('other', {}, { limit: 10 })).items).toEqual([theirs])
    })

    it('finds by every field, by kind and by time', async () => {
      await using store = await create()
      const wanted = aRecord({
        actorId: 'a',
        objectId: 'o',
        type: 'T',
        sessionId: 's',
        groupId: 'g',
        commonAction: 'Completed',
        organizationId: 'org',
        eventTimeEnd: '2026-01-03T00:00:00.000Z',
        retentionDays: 2555,
        eventTime: '2026-01-02T00:00:00.000Z',
      })
      const entity = aRecord({ kind: 'entity', type: 'Person' })
      await store.append([aRecord(), wanted, aRecord(), entity])
      const filters = [
        { actorId: 'a' },
        { objectId: 'o' },
        { type: 'T' },
        { sessionId: 's' },
        { groupId: 'g' },
        { actorId: 'a', objectId: 'o', type: 'T', sessionId: 's', groupId: 'g' },
        { from: '2026-01-02T00:00:00.000Z', to: '2026-01-02T00:00:00.001Z' },
        { actorId: 'a', kind: 'event' as const },
        { commonAction: 'Completed' },
        { commonAction: 'Completed', type: 'T' },
        { organizationId: 'org' },
        { organizationId: 'org', actorId: 'a' },
      ]
      for (const filter of filters) {
        expect((await store.query('default', filter, { limit: 10 })).items).toEqual([wanted])
      }
      const none = [
        { actorId: 'b' },
        { actorId: 'a', type: 'U' },
        { commonAction: 'Viewed' },
        { actorId: 'a', commonAction: 'Viewed' },
        { organizationId: 'other' },
        // A coarse time is at its start, and lasts for no range.
        { from: '2026-01-02T00:00:00.001Z', to: '2026-01-03T00:00:00.000Z' },
        { to: '2025-01-01T00:00:00.000Z' },
      ]
      for (const filter of none) {
        expect((await store.query('default', filter, { limit: 10 })).items).toEqual([])
      }
      const found = await store.query('default', { kind: 'entity' }, { limit: 10 })
      expect(ids(found.items)).toEqual([entity.eventId])
    })

    it('answers newest first, of equal times the later arrival first', async () => {
      await using store = await create()
      const times = ['10:00', '12:00', '11:00', '12:00']
      const records = times.map((time) => aRecord({ eventTime: `2026-11-15T${time}:00.000Z` }))
      for (const record of records) await store.append([record])
      const { items } = await store.query('default', {}, { limit: 10 })
      expect(ids(items)).toEqual(ids([records[3]!, records[1]!, records[2]!, records[0]!]))
    })

    it('pages through everything once, by number and bytes, whatever is stored meanwhile', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.tuple(
              fc.integer({ min: 0, max: 5 }),
              fc.boolean(),
              fc.integer({ max: 900, min: 2 }),
            ),
            { maxLength: 40 },
          ),
          fc.integer({ min: 1, max: 7 }),
          fc.integer({ min: 1, max: 3000 }),
          async (plan, limit, maxBytes) => {
            await using store = await create()
            const records = plan.map(([minute, mine, size]) =>
              aRecord({
                eventTime: `2026-11-15T10:0${minute}:00.000Z`,
                actorId: mine ? 'me' : 'you',
                raw: JSON.stringify('ü'.repeat(size)),
              }),
            )
            await store.append(records)
            const seen: string[] = []
            let cursor: string | undefined
            do {
              const asked = { limit, maxBytes, cursor }
              const page = await store.query('default', { actorId: 'me' }, asked)
              expect(page.items.length).toBeLessThanOrEqual(limit)
              if (page.items.length > 1) expect(bytesOf(page.items)).toBeLessThanOrEqual(maxBytes)
              seen.push(...ids(page.items))
              cursor = page.nextCursor
              await store.append([
                aRecord({ actorId: 'me', eventTime: '2026-11-15T11:00:00.000Z' }),
              ])
            } while (cursor)
            const expected = records.filter(({ actorId }) => actorId === 'me')
            expect(seen.toSorted()).toEqual(ids(expected).toSorted())
          },
        ),
        { numRuns: 15 },
      )
    })

    it('ends a page by its bytes, though never without an item, and goes on behind it', async () => {
      await using store = await create()
      // In the order of the answer: of a page of 1,000 bytes, the first is more than all of it.
      const sizes = [1500, 600, 400, 1, 999, 1000]
      const records = sizes.map((size) => aRecord({ raw: `"${'ü'.repeat((size - 2) / 2)}"` }))
      await store.append(records.toReversed())
      const pages: number[] = []
      let cursor: string | undefined
      do {
        const page = await store.query('default', {}, { limit: 100, maxBytes: 1000, cursor })
        pages.push(page.items.length)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      expect(pages).toEqual([1, 2, 2, 1])
    })

    it('counts the bytes of a page in the form that is asked for', async () => {
      await using store = await create()
      await store.append([aRecord(), aRecord(), aRecord(), aRecord()])
      const page = { limit: 10, maxBytes: 100, sizeOf: () => 40 }
      const first = await store.query('default', {}, page)
      expect(first.items).toHaveLength(2)
      const second = await store.query('default', {}, { ...page, cursor: first.nextCursor })
      expect(second.items).toHaveLength(2)
      expect(second).not.toHaveProperty('nextCursor')
    })

    it('gives no more than four megabytes at a time when nobody asks for fewer', async () => {
      await using store = await create()
      const raw = JSON.stringify('x'.repeat(1024 * 1024))
      for (let n = 0; n < 5; n += 1) await store.append([aRecord({ raw })])
      const first = await store.query('default', {}, { limit: 1000 })
      expect(first.items).toHaveLength(3)
      const { items } = await store.query('default', {}, { limit: 1000, cursor: first.nextCursor })
      expect(items).toHaveLength(2)
    })

    it('refuses a cursor that was altered, or that another question was given', async () => {
      await using store = await create()
      await store.append([aRecord(), aRecord(), aRecord()])
      const { nextCursor = '' } = await store.query('default', {}, { limit: 1 })
      const cases: [string, Parameters<EventStore['query']>[1], string][] = [
        ['default', {}, `${nextCursor.slice(0, -2)}xx`],
        ['default', {}, `x${nextCursor}`],
        ['default', {}, 'garbage'],
        ['default', {}, ''],
        ['default', { type: 'ViewEvent' }, nextCursor],
        ['other', {}, nextCursor],
      ]
      for (const [tenant, filter, cursor] of cases) {
        const asked = store.query(tenant, filter, { limit: 1, cursor })
        expect(await asked.catch((error: AppError) => error.code)).toBe('invalid_cursor')
      }
    })

    it('no longer shows what has expired', async () => {
      let now = new Date('2026-11-15T12:00:00.000Z')
      await using store = await create({ now: () => now })
      const early = aRecord({ expiresAt: '2026-11-15T13:00:00.000Z' })
      const late = aRecord({ expiresAt: '2026-11-15T15:00:00.000Z' })
      await store.append([early, late])
      now = new Date('2026-11-15T14:00:00.000Z')
      expect(await store.get('default', early.eventId)).toBeUndefined()
      expect(ids((await store.query('default', {}, { limit: 10 })).items)).toEqual([late.eventId])
    })

    it('takes ids and values of any shape', async () => {
      await using store = await create()
      await fc.assert(
        fc.asyncProperty(
          fc
            .string({ unit: 'binary', minLength: 1, maxLength: 60 })
            .map((text) => text.toWellFormed()),
          async (text) => {
            const roles = [text, 'Learner']
            const record = aRecord({ eventId: `id ${text}`, actorId: text, membershipRoles: roles })
            const [outcome] = await store.append([record])
            expect(['stored', 'conflict', 'duplicate']).toContain(outcome!.kind)
            const held = await store.get('default', record.eventId)
            expect([held?.actorId, held?.membershipRoles]).toEqual([text, roles])
            const { items } = await store.query('default', { actorId: text }, { limit: 1000 })
            expect(ids(items)).toContain(record.eventId)
          },
        ),
        { numRuns: 60 },
      )
    })

    itErasesEvents(create)
    itFindsByArrival(create)
    itAppendsWhole(create)
    itQueriesEitherWay(create)

    it('rejects with an AppError that carries the path', async () => {
      await using store = await create()
      try {
        await store.query('default', {}, { limit: 1, cursor: 'no' })
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(AppError)
        expect((error as AppError).errors[0]?.path).toEqual(['cursor'])
      }
    })
  })
}
