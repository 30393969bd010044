import { expect, it } from 'bun:test'
import {
  aStatement,
  byAgent,
  type CreateStatementStore,
  findAll,
  type StatementPlan,
  statementId,
} from '../support/statements'

const ADA = 'mailto:ada@example.edu'

/** What erasing from a statement store means. To be called within its contract. */
export function itErasesStatements(create: CreateStatementStore) {
  const of = (number: number, agent: string, plan: StatementPlan = {}) =>
    aStatement(number, { said: { agent, verb: 'seen' }, text: { actor: agent }, ...plan })

  it('erases every statement that names a person, and nothing beside', async () => {
    await using store = await create()
    const entries = Array.from({ length: 90 }, (_, n) => of(n, n % 3 === 0 ? ADA : `user ${n}`))
    await store.add(entries)
    const rest = entries.flatMap((_, n) => (n % 3 === 0 ? [] : [n]))
    const counted = await store.erase('school', { actorIds: [ADA], isDryRun: true })
    expect(counted).toMatchObject({ removed: 30, looked: 90 })
    expect(await findAll(store)).toHaveLength(90)
    expect(await store.erase('school', { actorIds: [ADA] })).toMatchObject({ removed: 30 })
    expect(await findAll(store)).toEqual(rest)
    expect(await findAll(store, { finders: [byAgent(ADA)] })).toEqual([])
    expect(await store.get('school', statementId(0))).toBeUndefined()
    expect(await store.get('school', statementId(1))).toMatchObject({ json: entries[1]!.json })
    expect(await store.erase('school', { actorIds: [ADA] })).toMatchObject({ removed: 0 })
  })

  it('takes ids as whole strings, however they are spelt, and of its tenant only', async () => {
    await using store = await create()
    const texts = [
      [ADA],
      { [ADA]: 1 },
      { deep: [{ id: ADA }] },
      `${ADA}x`,
      `about ${ADA}`,
      `"${ADA}"`,
      ADA.toUpperCase(),
    ]
    const named = texts.map((text, n) => of(n, 'bob', { text }))
    const escaped = { ...of(20, 'bob'), json: `{"a":"${ADA.replace('m', '\\u006d')}"}` }
    await store.add([...named, escaped, of(21, ADA, { tenantId: 'other' })])
    expect(await store.erase('school', { actorIds: ['', ADA] })).toMatchObject({ removed: 4 })
    expect(await findAll(store)).toEqual([3, 4, 5, 6])
    expect(await findAll(store, {}, { tenantId: 'other' })).toEqual([21])
  })

  it('erases what a statement said of others with it', async () => {
    await using store = await create()
    const name = { id: `mbox:${ADA}`, json: '{"name":"Ada"}' }
    await store.add([of(1, ADA, { agents: [name] }), of(2, 'bob', { refersTo: 1 })])
    expect(await findAll(store, { finders: [byAgent(ADA)] })).toEqual([1, 2])
    expect(await store.agent('school', name.id)).toEqual([name])
    await store.erase('school', { actorIds: [ADA] })
    expect(await store.agent('school', name.id)).toEqual([])
    expect(await findAll(store, { finders: [byAgent(ADA)] })).toEqual([])
    expect(await findAll(store, { finders: [byAgent('bob')] })).toEqual([2])
  })

  it('leaves voided what an erased statement voided', async () => {
    await using store = await create()
    await store.add([of(1, 'bob'), of(2, ADA, { voids: 1 })])
    await store.erase('school', { actorIds: [ADA] })
    expect(await findAll(store)).toEqual([])
    expect(await store.get('school', statementId(1))).toMatchObject({ isVoided: true })
  })

  it('takes an erased statement anew when it is added again', async () => {
    await using store = await create()
    await store.add([of(1, ADA)])
    await store.erase('school', { actorIds: [ADA] })
    await store.add([of(1, ADA)])
    expect(await findAll(store, { finders: [byAgent(ADA)] })).toEqual([1])
  })
}
