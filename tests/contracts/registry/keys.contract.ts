import { describe, expect, it } from 'bun:test'
import { AppError } from '../../../src/error/app-error'
import type { Registry } from '../../../src/platform/registry'
import type { ApiKey } from '../../../src/platform/registry/keys'

type Opened = { registry: Pick<Registry, 'keys'> } & AsyncDisposable

const at = '2026-11-21T09:30:00.000Z'

const aKey = (fields: Partial<ApiKey> = {}): ApiKey => ({
  keyId: 'key_1',
  tenantId: 'school',
  sourceId: 'moodle',
  name: 'first',
  scopes: ['events:write', 'events:read'],
  hash: 'a'.repeat(64),
  hint: 'nk_abcd',
  createdAt: at,
  ...fields,
})

export function keysContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} keeps the promises of keys`, () => {
    it('finds a key by its hash, whosever it is', async () => {
      await using opened = await create()
      const { keys } = opened.registry
      await keys.add(aKey())
      expect(await keys.findByHash('a'.repeat(64))).toEqual(aKey())
      expect(await keys.findByHash('b'.repeat(64))).toBeUndefined()
    })

    for (const sources of [['canvas', 'blackboard'], '*'] as const) {
      it(`keeps what a key reaches beside its own source: ${sources}`, async () => {
        await using opened = await create()
        const { keys } = opened.registry
        const key = aKey({ sources: sources === '*' ? '*' : [...sources] })
        await keys.add(key)
        expect(await keys.findByHash('a'.repeat(64))).toEqual(key)
        expect(await keys.list('school')).toEqual([key])
      })
    }

    it('keeps whose key it is, and the role as which it reads', async () => {
      await using opened = await create()
      const { keys } = opened.registry
      const actorId = "https://example.edu/users/'7';--"
      const key = aKey({ scopes: [], role: 'teacher', actorId, isAggregateOnly: true })
      await keys.add(key)
      expect(await keys.findByHash('a'.repeat(64))).toEqual(key)
      expect(await keys.list('school')).toEqual([key])
    })

    it('forgets whose key it was, and ends it, only for its tenant', async () => {
      await using opened = await create()
      const { keys } = opened.registry
      const key = aKey({ scopes: [], role: 'student', actorId: 'ada', name: 'of Ada' })
      await keys.add(key)
      const next = '2026-11-22T00:00:00.000Z'
      const retirement = { expiresAt: '2026-11-30T00:00:00.000Z', replacedBy: 'key_2' }
      expect(await keys.retire('school', 'key_1', retirement)).toBe(true)
      expect(await keys.forgetActor('other', 'key_1', at)).toBe(false)
      expect(await keys.forgetActor('school', 'key_9', at)).toBe(false)
      expect(await keys.findByHash('a'.repeat(64))).toEqual({ ...key, ...retirement })

      expect(await keys.forgetActor('school', 'key_1', next)).toBe(true)
      const { actorId: _, ...rest } = key
      const forgotten = { ...rest, ...retirement, name: 'erased', revokedAt: next }
      expect(await keys.findByHash('a'.repeat(64))).toEqual(forgotten)
      expect(await keys.list('school')).toEqual([forgotten])
      // One that had ended keeps its time, and again is as good as once.
      expect(await keys.forgetActor('school', 'key_1', at)).toBe(true)
      expect(await keys.list('school')).toEqual([forgotten])
    })

    it('refuses a hash that is in use, in any tenant, and keeps the first', async () => {
      await using opened = await create()
      const { keys } = opened.registry
      await keys.add(aKey())
      for (const again of [aKey({ keyId: 'key_2' }), aKey({ keyId: 'key_2', tenantId: 'other' })]) {
        const refusal = await keys.add(again).catch((error: unknown) => error)
        expect(refusal).toBeInstanceOf(AppError)
        expect(refusal).toHaveProperty('code', 'invalid_request')
      }
      expect(await keys.findByHash('a'.repeat(64))).toEqual(aKey())
      expect(await keys.list('other')).toEqual([])
    })

    it('lists the keys of one tenant, oldest first', async () => {
      await using opened = await create()
      const { keys } = opened.registry
      const second = aKey({ keyId: 'key_0', hash: 'b'.repeat(64) })
      const foreign = aKey({ tenantId: 'other', hash: 'c'.repeat(64) })
      for (const key of [aKey(), second, foreign]) await keys.add(key)
      expect(await keys.list('school')).toEqual([aKey(), second])
    })

    it('revokes a key once, only for its tenant, and keeps it with the time', async () => {
      await using opened = await create()
      const { keys } = opened.registry
      await keys.add(aKey())
      const later = '2026-11-22T00:00:00.000Z'

      expect(await keys.revoke('other', 'key_1', later)).toBe(false)
      expect(await keys.revoke('school', 'key_9', later)).toBe(false)
      expect(await keys.findByHash('a'.repeat(64))).toEqual(aKey())

      expect(await keys.revoke('school', 'key_1', later)).toBe(true)
      expect(await keys.revoke('school', 'key_1', at)).toBe(false)
      const revoked = aKey({ revokedAt: later })
      expect(await keys.findByHash('a'.repeat(64))).toEqual(revoked)
      expect(await keys.list('school')).toEqual([revoked])
    })

    for (const before of [{}, { expiresAt: '2027-01-31T00:00:00.000Z' }]) {
      const had = JSON.stringify(before)
      it(`retires a key once, only for its tenant, whatever end it had: ${had}`, async () => {
        await using opened = await create()
        const { keys } = opened.registry
        await keys.add(aKey(before))
        expect(await keys.list('school')).toEqual([aKey(before)])
        const retirement = { expiresAt: '2026-11-22T00:00:00.000Z', replacedBy: 'key_2' }

        expect(await keys.retire('other', 'key_1', retirement)).toBe(false)
        expect(await keys.retire('school', 'key_9', retirement)).toBe(false)
        expect(await keys.findByHash('a'.repeat(64))).toEqual(aKey(before))

        const two = [retirement, { ...retirement, replacedBy: 'key_3' }]
        const done = await Promise.all(two.map((one) => keys.retire('school', 'key_1', one)))
        expect(done.toSorted()).toEqual([false, true])
        const retired = aKey(two[done.indexOf(true)]!)
        expect(await keys.findByHash('a'.repeat(64))).toEqual(retired)
        expect(await keys.list('school')).toEqual([retired])

        // It can still be ended at once, and then it is not retired any more.
        expect(await keys.revoke('school', 'key_1', at)).toBe(true)
        expect(await keys.retire('school', 'key_1', retirement)).toBe(false)
        expect(await keys.list('school')).toEqual([{ ...retired, revokedAt: at }])
      })
    }
  })
}
