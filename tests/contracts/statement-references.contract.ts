import { expect, it } from 'bun:test'
import type { StatementEntry } from '../../src/event/statement'
import type { StatementStore } from '../../src/platform/statement-store'
import {
  aStatement,
  byAgent,
  byVerb,
  type CreateStatementStore,
  findAll,
  statementId,
} from '../support/statements'

/** Every order of some things. */
function ordersOf<Thing>(things: readonly Thing[]): Thing[][] {
  if (things.length < 2) return [[...things]]
  return things.flatMap((one) =>
    ordersOf(things.filter((other) => other !== one)).map((rest) => [one, ...rest]),
  )
}

async function addInOrder(store: StatementStore, entries: readonly StatementEntry[]) {
  for (const entry of entries) await store.add([entry])
}

/** How statements refer to others, and void them. To be called within the contract of a store. */
export function itFindsReferrers(create: CreateStatementStore) {
  // Ben did something, Andrew confirms that, Carol saw it confirmed (Communication, 2.1.3).
  const ben = aStatement(1, { said: { agent: 'ben', verb: 'passed' } })
  const andrew = aStatement(2, { said: { agent: 'andrew', verb: 'confirmed' }, refersTo: 1 })
  const carol = aStatement(3, { said: { agent: 'carol', verb: 'saw' }, refersTo: 2 })

  for (const order of ordersOf([ben, andrew, carol])) {
    const name = order.map(({ statementId: id }) => id.at(-1)).join(', ')
    it(`finds who refers to what matches, over steps, when they came as ${name}`, async () => {
      await using store = await create()
      await addInOrder(store, order)
      expect(await findAll(store, { finders: [byAgent('ben')] })).toEqual([1, 2, 3])
      expect(await findAll(store, { finders: [byAgent('andrew')] })).toEqual([2, 3])
      expect(await findAll(store, { finders: [byAgent('carol')] })).toEqual([3])
      expect(await findAll(store, { finders: [byAgent('ben'), byVerb('saw')] })).toEqual([3])
      const since = { finders: [byAgent('ben')], since: ben.stored }
      expect(await findAll(store, since)).toEqual([2, 3])
    })
  }

  it('finds the same when all came in one call', async () => {
    for (const order of ordersOf([ben, andrew, carol])) {
      await using store = await create()
      await store.add(order)
      expect(await findAll(store, { finders: [byAgent('ben')] })).toEqual([1, 2, 3])
    }
  })

  it('finds the same when they come at the same time', async () => {
    for (const order of ordersOf([ben, andrew, carol])) {
      await using store = await create()
      await Promise.all(order.map((entry) => store.add([entry])))
      expect(await findAll(store, { finders: [byAgent('ben')] })).toEqual([1, 2, 3])
    }
  })

  it('bears statements that refer to each other in a circle, and to themselves', async () => {
    await using store = await create()
    const said = (agent: string) => ({ said: { agent } })
    await addInOrder(store, [
      aStatement(1, { ...said('a'), refersTo: 3 }),
      aStatement(2, { ...said('b'), refersTo: 1 }),
      aStatement(3, { ...said('c'), refersTo: 2 }),
      aStatement(4, { ...said('d'), refersTo: 4 }),
    ])
    for (const agent of ['a', 'b', 'c']) {
      expect(await findAll(store, { finders: [byAgent(agent)] })).toEqual([1, 2, 3])
    }
    expect(await findAll(store, { finders: [byAgent('d')] })).toEqual([4])
  })

  it('finds many who refer to one, whichever comes first', async () => {
    await using store = await create()
    const referring = (number: number) =>
      aStatement(number, { said: { agent: 'fan' }, refersTo: 1000 })
    const before = Array.from({ length: 300 }, (_, n) => referring(n))
    await store.add(before)
    await store.add([aStatement(1000, { said: { agent: 'star' } })])
    await store.add([referring(1001)])
    const expected = [...before.keys(), 1000, 1001]
    expect(await findAll(store, { finders: [byAgent('star')] })).toEqual(expected)
  })

  it('does not let another tenant refer to what is not its own', async () => {
    await using store = await create()
    const said = { agent: 'eve' }
    await store.add([ben, aStatement(7, { tenantId: 'other', said, refersTo: 1 })])
    const other = { tenantId: 'other' }
    expect(await findAll(store, { finders: [byAgent('ben')] }, other)).toEqual([])
    expect(await findAll(store, { finders: [byAgent('ben')] })).toEqual([1])
  })

  const target = aStatement(1, { said: { agent: 'ben' } })
  const voider = aStatement(2, { said: { agent: 'admin', verb: 'voided' }, voids: 1 })
  const referrer = aStatement(3, { said: { agent: 'carol' }, refersTo: 1 })
  for (const order of ordersOf([target, voider, referrer])) {
    const name = order.map(({ statementId: id }) => id.at(-1)).join(', ')
    it(`voids a statement, not who refers to it, when they came as ${name}`, async () => {
      await using store = await create()
      await addInOrder(store, order)
      expect(await findAll(store)).toEqual([2, 3])
      expect(await findAll(store, { finders: [byAgent('ben')] })).toEqual([2, 3])
      expect(await store.get('school', statementId(1))).toMatchObject({ isVoided: true })
      expect(await store.get('school', statementId(2))).toMatchObject({ isVoided: false })
      expect(await store.get('school', statementId(3))).toMatchObject({ isVoided: false })
    })
  }

  const voidsVoider = aStatement(3, { said: { agent: 'eve', verb: 'voided' }, voids: 2 })
  for (const order of ordersOf([target, voider, voidsVoider])) {
    const name = order.map(({ statementId: id }) => id.at(-1)).join(', ')
    it(`never voids what voids, when they came as ${name}`, async () => {
      await using store = await create()
      await addInOrder(store, order)
      expect(await findAll(store)).toEqual([2, 3])
      expect(await store.get('school', statementId(1))).toMatchObject({ isVoided: true })
      expect(await store.get('school', statementId(2))).toMatchObject({ isVoided: false })
    })
  }

  it('leaves out of the pages to come what is voided meanwhile', async () => {
    await using store = await create()
    await store.add([1, 2, 3].map((number) => aStatement(number)))
    const query = { finders: [], ascending: true }
    const first = await store.query('school', query, { limit: 1, maxBytes: 1_000_000 })
    await store.add([aStatement(9, { voids: 2, at: -1 })])
    const page = { limit: 9, maxBytes: 1_000_000, cursor: first.nextCursor }
    const { statements } = await store.query('school', query, page)
    expect(statements.map(({ statementId: id }) => id)).toEqual([statementId(3)])
  })
}
