import { expect, it } from 'bun:test'
import type { StatementPage, StatementStore } from '../../src/platform/statement-store'
import {
  aStatement,
  type CreateStatementStore,
  LATER,
  moment,
  statementId,
} from '../support/statements'

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Up to when a store says that it has everything. To be called within its contract. */
export function itIsConsistent(create: CreateStatementStore) {
  const read = (store: StatementStore) =>
    store.query('school', { finders: [], ascending: true }, { limit: 100, maxBytes: 1_000_000 })

  /** A page says a time that is not before anything in it. */
  function expectFits({ statements, consistentThrough }: StatementPage) {
    expect(consistentThrough).toMatch(TIME)
    for (const { stored } of statements) expect(stored <= consistentThrough).toBe(true)
  }

  it('is consistent up to about now when nothing is being stored', async () => {
    await using store = await create()
    const aMinuteAgo = new Date(LATER.getTime() - 60_000).toISOString()
    for (const says of [store.consistentThrough('school'), store.consistentThrough('nobody')]) {
      expect(await says).toMatch(TIME)
      expect((await says) > aMinuteAgo).toBe(true)
      expect((await says) <= LATER.toISOString()).toBe(true)
    }
    await store.add([aStatement(1)])
    const page = await read(store)
    expectFits(page)
    expect(page.statements).toHaveLength(1)
  })

  it('stays before what is being stored, until that has ended, for its tenant only', async () => {
    let now = new Date(moment(0))
    await using store = await create({ now: () => now })
    const first = await store.begin('school')
    now = new Date(moment(10))
    const second = await store.begin('school')
    // Soon enough that neither is taken for that of a dead process.
    now = new Date(moment(30))
    expect((await store.consistentThrough('school')) <= moment(0)).toBe(true)
    expect((await store.consistentThrough('other')) > moment(10)).toBe(true)
    await first.end()
    expect((await store.consistentThrough('school')) <= moment(10)).toBe(true)
    await first.end()
    expect((await store.consistentThrough('school')) <= moment(10)).toBe(true)
    await second.end()
    expect((await store.consistentThrough('school')) > moment(10)).toBe(true)
  })

  it('keeps its word in pages that are read while others store', async () => {
    let now = new Date(moment(0))
    await using store = await create({ now: () => now })
    const slow = await store.begin('school')
    const quick = await store.begin('school')
    await store.add([aStatement(20)])
    await quick.end()
    now = new Date(moment(30))
    const during = await read(store)
    expectFits(during)
    expect(during.consistentThrough <= moment(0)).toBe(true)
    // What was slow is stored at a time before the other's.
    await store.add([aStatement(10)])
    await slow.end()
    now = new Date(moment(3600))
    const after = await read(store)
    expectFits(after)
    expect(after.statements.map(({ statementId: id }) => id)).toEqual([10, 20].map(statementId))
    const missed = after.statements.filter(({ stored }) => stored < during.consistentThrough)
    expect(during.statements).toEqual(missed)
  })

  it('is not before what it shows when the clock was set back', async () => {
    let now = new Date(moment(3600))
    await using store = await create({ now: () => now })
    await store.add([aStatement(1, { at: 3000 }), aStatement(2, { at: 10 })])
    expectFits(await read(store))
    now = new Date(moment(60))
    expectFits(await read(store))
    await store.add([aStatement(3, { at: 60 })])
    const page = await read(store)
    expectFits(page)
    expect(page.statements.map(({ statementId: id }) => id)).toContain(statementId(2))
  })
}
