import { describe, expect, it } from 'bun:test'
import { AppError } from '../../src/error/app-error'
import type { ApiKey, Registry, Source, Webhook } from '../../src/platform/registry'

type Opened = { registry: Registry } & AsyncDisposable

const at = '2026-11-21T09:30:00.000Z'

const aSource = (fields: Partial<Source> = {}): Source => ({
  tenantId: 'school',
  sourceId: 'moodle',
  name: 'Moodle',
  createdAt: at,
  ...fields,
})

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

const aWebhook = (fields: Partial<Webhook> = {}): Webhook => ({
  webhookId: 'whk_1',
  tenantId: 'school',
  name: 'dashboard',
  targetUrl: 'https://example.edu/hook?a=1',
  events: ['ViewEvent', '*'],
  filters: [{ field: 'actorId', in: ['https://example.edu/users/1'] }],
  enabled: true,
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  createdAt: at,
  updatedAt: at,
  ...fields,
})

export function registryContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} keeps the registry's promises`, () => {
    it('gives back the tenant it was given, and the newer of two under one id', async () => {
      await using opened = await create()
      const { registry } = opened
      await registry.putTenant({ tenantId: 'school', name: 'School', createdAt: at })
      await registry.putTenant({ tenantId: 'school', name: 'A School', createdAt: at })

      const tenant = { tenantId: 'school', name: 'A School', createdAt: at }
      expect(await registry.getTenant('school')).toEqual(tenant)
      expect(await registry.getTenant('other')).toBeUndefined()
    })

    it('keeps sources by tenant', async () => {
      await using opened = await create()
      const { registry } = opened
      const canvas = aSource({ sourceId: 'canvas', name: 'Canvas' })
      const foreign = aSource({ tenantId: 'other', name: 'Theirs' })
      for (const source of [aSource(), canvas, foreign]) await registry.putSource(source)
      await registry.putSource(aSource({ name: 'Moodle 5' }))

      expect(await registry.getSource('school', 'moodle')).toEqual(aSource({ name: 'Moodle 5' }))
      expect(await registry.getSource('other', 'canvas')).toBeUndefined()
      const listed = await registry.listSources('school')
      expect(listed.map((source) => source.sourceId).sort()).toEqual(['canvas', 'moodle'])
      expect(await registry.listSources('other')).toEqual([foreign])
    })

    it('keeps the settings of a source, and forgets those that are left out', async () => {
      await using opened = await create()
      const { registry } = opened
      const keys = [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }]
      const signing = { required: true, keys }
      const strict = aSource({ mode: 'strict', signing, updatedAt: at })
      await registry.putSource(strict)
      expect(await registry.getSource('school', 'moodle')).toEqual(strict)
      expect(await registry.listSources('school')).toEqual([strict])
      await registry.putSource(aSource())
      expect(await registry.getSource('school', 'moodle')).toEqual(aSource())
    })

    it('finds a key by its hash, whosever it is', async () => {
      await using opened = await create()
      const { registry } = opened
      await registry.putKey(aKey())
      expect(await registry.findKeyByHash('a'.repeat(64))).toEqual(aKey())
      expect(await registry.findKeyByHash('b'.repeat(64))).toBeUndefined()
    })

    for (const sources of [['canvas', 'blackboard'], '*'] as const) {
      it(`keeps what a key reaches beside its own source: ${sources}`, async () => {
        await using opened = await create()
        const { registry } = opened
        const key = aKey({ sources: sources === '*' ? '*' : [...sources] })
        await registry.putKey(key)
        expect(await registry.findKeyByHash('a'.repeat(64))).toEqual(key)
        expect(await registry.listKeys('school')).toEqual([key])
      })
    }

    it('refuses a hash that is in use, in any tenant, and keeps the first', async () => {
      await using opened = await create()
      const { registry } = opened
      await registry.putKey(aKey())
      for (const again of [aKey({ keyId: 'key_2' }), aKey({ keyId: 'key_2', tenantId: 'other' })]) {
        const refusal = await registry.putKey(again).catch((error: unknown) => error)
        expect(refusal).toBeInstanceOf(AppError)
        expect(refusal).toHaveProperty('code', 'invalid_request')
      }
      expect(await registry.findKeyByHash('a'.repeat(64))).toEqual(aKey())
      expect(await registry.listKeys('other')).toEqual([])
    })

    it('lists the keys of one tenant, oldest first', async () => {
      await using opened = await create()
      const { registry } = opened
      const second = aKey({ keyId: 'key_0', hash: 'b'.repeat(64) })
      const foreign = aKey({ tenantId: 'other', hash: 'c'.repeat(64) })
      for (const key of [aKey(), second, foreign]) await registry.putKey(key)
      expect(await registry.listKeys('school')).toEqual([aKey(), second])
    })

    it('revokes a key once, only for its tenant, and keeps it with the time', async () => {
      await using opened = await create()
      const { registry } = opened
      await registry.putKey(aKey())
      const later = '2026-11-22T00:00:00.000Z'

      expect(await registry.revokeKey('other', 'key_1', later)).toBe(false)
      expect(await registry.revokeKey('school', 'key_9', later)).toBe(false)
      expect(await registry.findKeyByHash('a'.repeat(64))).toEqual(aKey())

      expect(await registry.revokeKey('school', 'key_1', later)).toBe(true)
      expect(await registry.revokeKey('school', 'key_1', at)).toBe(false)
      const revoked = aKey({ revokedAt: later })
      expect(await registry.findKeyByHash('a'.repeat(64))).toEqual(revoked)
      expect(await registry.listKeys('school')).toEqual([revoked])
    })

    it('gives back a webhook with its secret, and the newer of two under one id', async () => {
      await using opened = await create()
      const { registry } = opened
      await registry.putWebhook(aWebhook())
      expect(await registry.getWebhook('school', 'whk_1')).toEqual(aWebhook())

      const changed = aWebhook({ enabled: false, filters: [], secret: 'whsec_bmV3' })
      await registry.putWebhook(changed)
      expect(await registry.getWebhook('school', 'whk_1')).toEqual(changed)
      expect(await registry.listWebhooks('school')).toEqual([changed])
    })

    it('keeps webhooks by tenant', async () => {
      await using opened = await create()
      const { registry } = opened
      const foreign = aWebhook({ tenantId: 'other', name: 'theirs' })
      await registry.putWebhook(aWebhook())
      await registry.putWebhook(foreign)

      expect(await registry.getWebhook('third', 'whk_1')).toBeUndefined()
      expect(await registry.listWebhooks('other')).toEqual([foreign])
      expect(await registry.deleteWebhook('third', 'whk_1')).toBe(false)
      expect(await registry.deleteWebhook('other', 'whk_1')).toBe(true)
      expect(await registry.deleteWebhook('other', 'whk_1')).toBe(false)
      expect(await registry.listWebhooks('school')).toEqual([aWebhook()])
    })

    it('adds no more webhooks to a tenant than it may have, however many come at once', async () => {
      await using opened = await create()
      const { registry } = opened
      const add = (webhookId: string) => registry.addWebhook(aWebhook({ webhookId }), 3)
      await registry.addWebhook(aWebhook({ tenantId: 'other' }), 1)
      expect(await add('whk_1')).toBe(true)
      const added = await Promise.all(['whk_2', 'whk_3', 'whk_4', 'whk_5'].map(add))
      expect(added.filter(Boolean)).toHaveLength(2)
      expect(await registry.listWebhooks('school')).toHaveLength(3)
      expect(await add('whk_6')).toBe(false)
      await registry.deleteWebhook('school', 'whk_1')
      expect(await add('whk_6')).toBe(true)
      expect(await registry.getWebhook('school', 'whk_6')).toEqual(aWebhook({ webhookId: 'whk_6' }))
    })

    it('replaces a webhook only as long as it is what was read', async () => {
      await using opened = await create()
      const { registry } = opened
      const first = aWebhook()
      // A text that looks like the field is none.
      const second = aWebhook({ name: '"updatedAt":"x"', updatedAt: '2026-11-22T00:00:00.000Z' })
      expect(await registry.replaceWebhook(first, second)).toBe(false)
      expect(await registry.getWebhook('school', 'whk_1')).toBeUndefined()
      await registry.putWebhook(first)
      expect(await registry.replaceWebhook(first, second)).toBe(true)
      expect(await registry.replaceWebhook(first, aWebhook({ enabled: false }))).toBe(false)
      expect(await registry.replaceWebhook({ updatedAt: 'x' }, first)).toBe(false)
      expect(await registry.getWebhook('school', 'whk_1')).toEqual(second)
    })

    it('gives the webhooks of a tenant in pages, oldest first, also while they change', async () => {
      await using opened = await create()
      const { registry } = opened
      const ids = ['whk_c', 'whk_a', 'whk_b', 'whk_e', 'whk_d']
      for (const [place, webhookId] of ids.entries()) {
        // Two were made in the same millisecond.
        const createdAt = `2026-11-21T09:30:0${Math.min(place, 3)}.000Z`
        await registry.putWebhook(aWebhook({ webhookId, createdAt }))
        await registry.putWebhook(aWebhook({ webhookId, createdAt, tenantId: 'other' }))
      }
      const idsOf = (page: { webhookId: string }[]) => page.map(({ webhookId }) => webhookId)
      const first = await registry.pageWebhooks('school', 2)
      expect(idsOf(first)).toEqual(['whk_c', 'whk_a'])
      expect(first[0]).not.toHaveProperty('secret')
      await registry.deleteWebhook('school', 'whk_a')
      const second = await registry.pageWebhooks('school', 2, first.at(-1))
      expect(idsOf(second)).toEqual(['whk_b', 'whk_d'])
      expect(idsOf(await registry.pageWebhooks('school', 2, second.at(-1)))).toEqual(['whk_e'])
      expect(await registry.pageWebhooks('none', 2)).toEqual([])
    })

    it('lists the webhooks of all tenants without their secrets, as of now', async () => {
      await using opened = await create()
      const { registry } = opened
      await registry.putWebhook(aWebhook())
      await registry.putWebhook(aWebhook({ tenantId: 'other' }))
      const { secret: _, ...subscription } = aWebhook()
      const both = [subscription, { ...subscription, tenantId: 'other' }]
      expect(await registry.listAllWebhooks()).toEqual(both)

      await registry.deleteWebhook('other', 'whk_1')
      expect(await registry.listAllWebhooks()).toEqual([subscription])
    })
  })
}
