import { describe, expect, it } from 'bun:test'
import { finderNames, type StatementEntry } from '../../src/event/statement'
import { MAX_FRAGMENTS, type StatementQuery } from '../../src/platform/statement-store'
import {
  aStatement,
  byAgent,
  byVerb,
  type CreateStatementStore,
  findAll,
  LATER,
  moment,
  type StatementPlan,
  statementId,
} from '../support/statements'
import { itIsConsistent } from './statement-consistency.contract'
import { itErasesStatements } from './statement-erasure.contract'
import { itMatchesTheModel } from './statement-model.contract'
import { itPagesStatements } from './statement-paging.contract'
import { itFindsReferrers } from './statement-references.contract'

const ALL: StatementQuery = { finders: [], ascending: true }
const WIDE = { limit: 100, maxBytes: 1_000_000 }

/**
 * What every statement store promises, whatever it is made of.
 * @param runs how many random sequences are tried
 * @param isSlow the first that fails is told as it is, not made shorter
 */
export function statementStoreContract(
  name: string,
  create: CreateStatementStore,
  { runs, isSlow = false }: { runs: number; isSlow?: boolean },
) {
  describe(`${name} keeps the statement store's promises`, () => {
    it('gives back what was added, by its id', async () => {
      await using store = await create()
      const text = '\u0000 "Zoë" \ud83d\ude00 12345678901234567890'
      const entry = aStatement(1, { text })
      await store.add([entry])
      const { statementId: id, stored, json } = entry
      const held = { statementId: id, stored, json, isVoided: false }
      expect(await store.get('school', id)).toEqual(held)
      expect((await store.query('school', ALL, WIDE)).statements).toEqual([held])
      expect(await store.get('school', statementId(2))).toBeUndefined()
    })

    it('changes nothing when a statement is added again', async () => {
      await using store = await create()
      const first = aStatement(1)
      await store.add([])
      await store.add([first])
      const other = { ...first, json: '{"other":true}', finders: [byAgent('mbox:eve')] }
      await Promise.all([store.add([other, aStatement(2)]), store.add([aStatement(2), other])])
      expect((await store.get('school', first.statementId))?.json).toBe(first.json)
      expect(await findAll(store)).toEqual([1, 2])
      expect(await findAll(store, { finders: [byAgent('mbox:eve')] })).toEqual([])
    })

    it('tells which are held, where it tells so at all, of that tenant only', async () => {
      await using store = await create()
      await store.add([aStatement(1), aStatement(2)])
      const ids = [1, 2, 3].map(statementId)
      if (store.held === undefined) return
      expect([...(await store.held('school', ids))].toSorted()).toEqual(ids.slice(0, 2))
      expect((await store.held('other', ids)).size).toBe(0)
    })

    it('takes what is added twice in one call once', async () => {
      await using store = await create()
      await store.add([aStatement(1), aStatement(1), aStatement(2)])
      expect(await findAll(store)).toEqual([1, 2])
    })

    it('takes a statement of a megabyte, and one of a thousand finders', async () => {
      await using store = await create()
      const large = aStatement(1, { text: 'é'.repeat(500_000) })
      const finders = Array.from({ length: 1000 }, (_, n) => byAgent(`mbox:${n}`))
      await store.add([large, aStatement(2, { finders })])
      expect((await store.get('school', large.statementId))?.json).toBe(large.json)
      for (const n of [0, 500, 999]) {
        expect(await findAll(store, { finders: [byAgent(`mbox:${n}`)] })).toEqual([2])
      }
    })

    for (const by of finderNames) {
      it(`finds by ${by}, character by character`, async () => {
        await using store = await create()
        const values = ['a', 'A', 'a ', 'aa', 'ä', 'a\u0308', '', '\0', '"', '😀', 'x'.repeat(2000)]
        const entries = values.map((value, n) => aStatement(n, { finders: [{ by, value }] }))
        await store.add(entries)
        for (const [n, value] of values.entries()) {
          expect(await findAll(store, { finders: [{ by, value }] })).toEqual([n])
        }
        expect(await findAll(store, { finders: [{ by, value: 'b' }] })).toEqual([])
      })
    }

    it('tells the same value of different finders apart', async () => {
      await using store = await create()
      await store.add(finderNames.map((by, n) => aStatement(n, { finders: [{ by, value: 'v' }] })))
      for (const [n, by] of finderNames.entries()) {
        expect(await findAll(store, { finders: [{ by, value: 'v' }] })).toEqual([n])
      }
    })

    it('finds by several finders what matches all of them', async () => {
      await using store = await create()
      // Every third is of Bob, every fifth of the verb, whatever one begins with.
      const entries = Array.from({ length: 60 }, (_, n) =>
        aStatement(n, {
          said: {
            agent: n % 3 === 0 ? 'bob' : 'ada',
            verb: n % 5 === 0 ? 'passed' : 'seen',
            registration: `r${n}`,
          },
        }),
      )
      await store.add(entries)
      const both = [byAgent('bob'), byVerb('passed')]
      expect(await findAll(store, { finders: both })).toEqual([0, 15, 30, 45])
      expect(await findAll(store, { finders: both, ascending: false })).toEqual([45, 30, 15, 0])
      expect(await findAll(store, { finders: both.toReversed() }, { limit: 1 })).toHaveLength(4)
      const three = [...both, { by: 'registration', value: 'r30' } as const]
      expect(await findAll(store, { finders: three })).toEqual([30])
      expect(await findAll(store, { finders: [...both, byAgent('nobody')] })).toEqual([])
      expect(await findAll(store, { finders: [byAgent('ada'), byAgent('bob')] })).toEqual([])
    })

    it('answers in the order of the time, whatever came first', async () => {
      await using store = await create()
      const times = [5, 1, 3, 2, 4, 0]
      for (const at of times) await store.add([aStatement(at, { at })])
      expect(await findAll(store)).toEqual([0, 1, 2, 3, 4, 5])
      expect(await findAll(store, { ascending: false })).toEqual([5, 4, 3, 2, 1, 0])
      const finders = [byAgent('mbox:ada'), byVerb('seen')]
      expect(await findAll(store, { finders, ascending: false })).toEqual([5, 4, 3, 2, 1, 0])
    })

    it('gives those of one moment in one order, and all of them, page by page', async () => {
      await using store = await create()
      await store.add(Array.from({ length: 25 }, (_, n) => aStatement(n, { at: 7 })))
      const forward = await findAll(store, {}, { limit: 4 })
      expect(forward.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, n) => n))
      expect(await findAll(store)).toEqual(forward)
      expect(await findAll(store, { ascending: false }, { limit: 3 })).toEqual(forward.toReversed())
    })

    const spans: [Pick<StatementQuery, 'since' | 'until'>, number[]][] = [
      [{ since: moment(2) }, [3, 4]],
      [{ since: moment(1.999) }, [2, 3, 4]],
      [{ until: moment(2) }, [0, 1, 2]],
      [{ until: moment(1.999) }, [0, 1]],
      [{ since: moment(0), until: moment(3) }, [1, 2, 3]],
      [{ since: moment(3), until: moment(3) }, []],
      [{ since: moment(3), until: moment(1) }, []],
      [{ since: moment(9) }, []],
      [{ until: '1970-01-01T00:00:00.000Z' }, []],
      [{ since: '1970-01-01T00:00:00.000Z', until: '9999-12-31T23:59:59.999Z' }, [0, 1, 2, 3, 4]],
    ]
    it('takes since as exclusive and until as inclusive, to the millisecond', async () => {
      await using store = await create()
      await store.add(Array.from({ length: 5 }, (_, n) => aStatement(n)))
      for (const [span, found] of spans) {
        for (const finders of [[], [byVerb('seen')], [byVerb('seen'), byAgent('mbox:ada')]]) {
          expect([span, await findAll(store, { ...span, finders })]).toEqual([span, found])
          const back = { ...span, finders, ascending: false }
          expect(await findAll(store, back, { limit: 2 })).toEqual(found.toReversed())
        }
      }
    })

    it('keeps tenants apart, even where they share ids and values', async () => {
      await using store = await create()
      const theirs = { tenantId: 'other', text: 'theirs' }
      await store.add([aStatement(1), aStatement(2)])
      await store.add([aStatement(1, theirs), aStatement(3, { ...theirs, voids: 2 })])
      expect(await findAll(store)).toEqual([1, 2])
      expect(await findAll(store, { finders: [byVerb('seen')] })).toEqual([1, 2])
      expect(await findAll(store, {}, { tenantId: 'other' })).toEqual([1, 3])
      expect(await findAll(store, {}, { tenantId: 'third' })).toEqual([])
      expect((await store.get('other', statementId(1)))?.json).toBe(aStatement(1, theirs).json)
      expect(await store.get('third', statementId(1))).toBeUndefined()
      expect(await store.get('other', statementId(2))).toBeUndefined()
      expect((await store.get('school', statementId(2)))?.isVoided).toBe(false)
    })

    it('remembers each different fragment once, oldest first, and the newest of many', async () => {
      await using store = await create()
      const saying = (number: number, json: string, plan: StatementPlan = {}) =>
        aStatement(number, {
          activities: [{ id: 'https://a.example/1', json }],
          agents: [{ id: 'mbox:ada', json }],
          ...plan,
        })
      await store.add([saying(1, '{"name":"One"}'), saying(2, '{"name":"One"}')])
      await store.add([saying(3, '{"name":"Two"}'), saying(4, '{"name":"One"}')])
      await store.add([saying(5, '{"name":"Theirs"}', { tenantId: 'other' })])
      for (const read of [
        (tenantId: string) => store.activity(tenantId, 'https://a.example/1'),
        (tenantId: string) => store.agent(tenantId, 'mbox:ada'),
      ]) {
        const texts = async (tenantId: string) => (await read(tenantId)).map(({ json }) => json)
        expect((await texts('school')).toSorted()).toEqual(['{"name":"One"}', '{"name":"Two"}'])
        expect(await texts('other')).toEqual(['{"name":"Theirs"}'])
        expect(await texts('third')).toEqual([])
      }
      expect(await store.activity('school', 'mbox:ada')).toEqual([])
      expect(await store.agent('school', 'https://a.example/1')).toEqual([])

      const many = Array.from({ length: MAX_FRAGMENTS + 10 }, (_, n) => `{"name":"${n}"}`)
      for (const [n, json] of many.entries()) await store.add([saying(10 + n, json)])
      const held = await store.activity('school', 'https://a.example/1')
      expect(held).toEqual(
        many.slice(-MAX_FRAGMENTS).map((json) => ({ id: 'https://a.example/1', json })),
      )
    })

    it('no longer shows what has expired, and drops it', async () => {
      let now = LATER
      await using store = await create({ now: () => now })
      const early = '2026-11-29T00:00:00.000Z'
      const entries: StatementEntry[] = [
        aStatement(1, { expiresAt: early }),
        aStatement(2, { expiresAt: '2026-12-24T00:00:00.000Z' }),
        aStatement(3, { expiresAt: early }),
      ]
      await store.add(entries)
      expect(await findAll(store)).toEqual([1, 2, 3])
      now = new Date(early)
      expect(await findAll(store)).toEqual([2])
      expect(await findAll(store, { finders: [byVerb('seen')], ascending: false })).toEqual([2])
      expect(await store.get('school', statementId(1))).toBeUndefined()
      expect((await store.get('school', statementId(2)))?.isVoided).toBe(false)
      await store.expire(now)
      expect(await findAll(store)).toEqual([2])
      expect(await store.expire(now)).toEqual({ dropped: 0 })
    })

    itPagesStatements(create)
    itFindsReferrers(create)
    itIsConsistent(create)
    itErasesStatements(create)
    itMatchesTheModel(create, { runs, isSlow })
  })
}
