import { describe, expect, it } from 'bun:test'
import { documentModel } from '../../tests/support/document-model'
import { aClock } from '../../tests/support/webhooks'
import { createPolicies } from './policies'
import { defaultPolicy } from './policy/policy'
import { readPolicy } from './policy/read'
import { STATE_KEY } from './state-key'

const drop = (name: string) => {
  const read = readPolicy({ rules: [{ name, when: { type: name }, then: { action: 'DROP' } }] })
  if (read.errors !== undefined) throw new Error(JSON.stringify(read.errors))
  return read
}
const by = (basedOn: number) => ({ changedBy: 'key_1', basedOn })

function aScene() {
  const clock = aClock()
  const documents = documentModel(clock)
  let reads = 0
  const counted: typeof documents = {
    ...documents,
    get(tenantId, key) {
      reads += 1
      return documents.get(tenantId, key)
    },
  }
  const policies = createPolicies({ documents: counted, clock })
  const others = createPolicies({ documents, clock })
  return { clock, documents, policies, others, reads: () => reads }
}

describe('the policies of tenants', () => {
  it('are the usual one where nobody put any, and cost a look in five seconds', async () => {
    const { policies, reads, clock } = aScene()
    const inForce = await policies.inForce('north')
    expect(inForce).toMatchObject({ version: 0, hasUnder13: false, hasTombstones: false })
    expect(inForce.policy).toEqual(defaultPolicy)
    await policies.inForce('north')
    expect(reads()).toBe(1)
    clock.advance(5_000)
    expect(await policies.inForce('north')).toBe(inForce)
    expect(reads()).toBe(2)
  })

  it('are in force at once where they were put, and in five seconds elsewhere', async () => {
    const { policies, others, clock } = aScene()
    for (const one of [policies, others]) await one.inForce('north')
    const put = await policies.put('north', drop('a'), by(0))
    expect(put).toMatchObject({ version: 1, changedBy: 'key_1', policy: { version: 1 } })
    expect((await policies.inForce('north')).version).toBe(1)
    expect((await others.inForce('north')).version).toBe(0)
    clock.advance(5_000)
    expect((await others.inForce('north')).compiled.version).toBe(1)
    expect((await others.inForce('south')).version).toBe(0)
  })

  it('are put in place of the version that they are based on alone', async () => {
    const { policies } = aScene()
    await policies.put('north', drop('a'), by(0))
    const again = policies.put('north', drop('b'), by(0))
    expect(again).rejects.toMatchObject({ code: 'stale_policy', extra: { version: 1, basedOn: 0 } })
    expect(again).rejects.toThrow('version 1, and yours is based on version 0')
    const ahead = policies.put('north', drop('b'), by(2))
    expect(ahead).rejects.toMatchObject({ code: 'stale_policy' })
  })

  it('may be counted from 1 by the author of the first', async () => {
    const { policies } = aScene()
    expect((await policies.put('north', drop('a'), by(1))).version).toBe(1)
    expect(policies.put('south', drop('a'), by(2))).rejects.toMatchObject({ code: 'stale_policy' })
  })

  it('of ten at once, one is put', async () => {
    const { policies, others } = aScene()
    const tries = Array.from({ length: 10 }, (_, n) =>
      (n % 2 ? policies : others).put('north', drop(`r${n}`), by(0)),
    )
    const settled = await Promise.allSettled(tries)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('keep every version, and go back to any of them, to none as well', async () => {
    const { policies, clock } = aScene()
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      clock.advance(1000)
      await policies.put('north', drop(name), by(at))
    }
    expect((await policies.version('north', 1))?.policy.rules[0]?.name).toBe('a')
    expect(await policies.version('south', 1)).toBeUndefined()
    const back = await policies.rollback('north', 1, { changedBy: 'key_2' })
    expect(back).toMatchObject({ version: 4, rolledBackTo: 1, changedBy: 'key_2' })
    expect((await policies.inForce('north')).policy.rules[0]?.name).toBe('a')
    await policies.rollback('north', 0, { changedBy: 'key_2', basedOn: 4 })
    expect((await policies.inForce('north')).policy.rules).toEqual([])
    const stale = policies.rollback('north', 1, { changedBy: 'key_2', basedOn: 4 })
    expect(stale).rejects.toMatchObject({ code: 'stale_policy' })
    const none = policies.rollback('north', 9, { changedBy: 'key_2' })
    expect(none).rejects.toThrow('no version 9; the latest is 5')
    const listed = await policies.history('north', { limit: 3 })
    expect(listed.map(({ version, rules }) => [version, rules])).toEqual([
      [5, 0],
      [4, 1],
      [3, 1],
    ])
    const older = await policies.history('north', { limit: 3, before: 3 })
    expect(older.map(({ version }) => version)).toEqual([2, 1])
    expect(older[0]).not.toHaveProperty('document')
  })

  it('keep a version whose process died before it was in the history', async () => {
    const { policies, documents } = aScene()
    await policies.put('north', drop('a'), by(0))
    await documents.deletePrefix('north', ['governance', 'versions'])
    expect(await policies.history('north', { limit: 9 })).toHaveLength(1)
    await policies.put('north', drop('b'), by(1))
    expect(await policies.history('north', { limit: 9 })).toHaveLength(2)
  })

  it('have flags that stay when a policy is put, and policies that stay when flags are set', async () => {
    const { policies, others } = aScene()
    await Promise.all([
      policies.flag('north', { hasUnder13: true }),
      others.flag('north', { hasTombstones: true }),
      policies.put('north', drop('a'), by(0)),
    ])
    const flags = { hasUnder13: true, hasTombstones: true }
    expect(await policies.inForce('north')).toMatchObject({ version: 1, ...flags })
    await policies.flag('north', { hasUnder13: false })
    const after = { version: 1, hasUnder13: false, hasTombstones: true }
    expect(await policies.inForce('north')).toMatchObject(after)
    expect(await policies.inForce('south')).toMatchObject({ hasUnder13: false })
  })

  it('never remember what was read before a change', async () => {
    const { documents, clock } = aScene()
    const { promise, resolve } = Promise.withResolvers<void>()
    let isSlow = true
    const slow: typeof documents = {
      ...documents,
      async get(tenantId, key) {
        const found = await documents.get(tenantId, key)
        if (isSlow) await promise
        return found
      },
    }
    const policies = createPolicies({ documents: slow, clock })
    const early = policies.inForce('north')
    isSlow = false
    await policies.put('north', drop('a'), by(0))
    resolve()
    expect((await early).version).toBe(0)
    expect((await policies.inForce('north')).version).toBe(1)
  })

  it('begin anew for a tenant that was removed and made again', async () => {
    const { policies, documents, clock } = aScene()
    await policies.put('north', drop('a'), by(0))
    await policies.inForce('north')
    await documents.delete('north', STATE_KEY)
    clock.advance(5_000)
    await createPolicies({ documents, clock }).put('north', drop('b'), by(0))
    const { compiled, policy } = await policies.inForce('north')
    expect(policy.rules[0]!.name).toBe('b')
    const event = { type: 'b', tenantId: 'north', kind: 'event' } as never
    const facts = { isUnder13: false, isOptedOut: false, consents: new Map() }
    expect(compiled.decide(event, facts).by).toBe('b')
  })
})
