import { describe, expect, it } from 'bun:test'
import type { Registry } from '../../../src/platform/registry'
import type { SignatureScheme, Webhook } from '../../../src/platform/registry/webhooks'

type Opened = { registry: Pick<Registry, 'webhooks'> } & AsyncDisposable

const at = '2026-11-21T09:30:00.000Z'

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

const both: SignatureScheme[] = ['v1', 'v1a']

/** Everything of a webhook that nobody may read where it is stored. */
export const hiddenOf = (word: string) => ({
  secret: `whsec_${word}+secret`,
  privateKey: `${word}+private`,
  former: [{ secret: `whsec_${word}+former`, privateKey: `${word}+formerPrivate`, until: at }],
  headers: { authorization: `Bearer ${word}+header` },
})

export function webhooksContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} keeps the promises of webhooks`, () => {
    it('gives back a webhook with its secret, and the newer of two under one id', async () => {
      await using opened = await create()
      const { webhooks } = opened.registry
      await webhooks.put(aWebhook())
      expect(await webhooks.get('school', 'whk_1')).toEqual(aWebhook())

      const changed = aWebhook({ enabled: false, filters: [], secret: 'whsec_bmV3' })
      await webhooks.put(changed)
      expect(await webhooks.get('school', 'whk_1')).toEqual(changed)
      expect(await webhooks.list('school')).toEqual([changed])
    })

    it('keeps webhooks by tenant', async () => {
      await using opened = await create()
      const { webhooks } = opened.registry
      const foreign = aWebhook({ tenantId: 'other', name: 'theirs' })
      await webhooks.put(aWebhook())
      await webhooks.put(foreign)

      expect(await webhooks.get('third', 'whk_1')).toBeUndefined()
      expect(await webhooks.list('other')).toEqual([foreign])
      expect(await webhooks.delete('third', 'whk_1')).toBe(false)
      expect(await webhooks.delete('other', 'whk_1')).toBe(true)
      expect(await webhooks.delete('other', 'whk_1')).toBe(false)
      expect(await webhooks.list('school')).toEqual([aWebhook()])
    })

    it('adds no more webhooks to a tenant than it may have, however many come at once', async () => {
      await using opened = await create()
      const { webhooks } = opened.registry
      const add = (webhookId: string) => webhooks.add(aWebhook({ webhookId }), 3)
      await webhooks.add(aWebhook({ tenantId: 'other' }), 1)
      expect(await add('whk_1')).toBe(true)
      const added = await Promise.all(['whk_2', 'whk_3', 'whk_4', 'whk_5'].map(add))
      expect(added.filter(Boolean)).toHaveLength(2)
      expect(await webhooks.list('school')).toHaveLength(3)
      expect(await add('whk_6')).toBe(false)
      await webhooks.delete('school', 'whk_1')
      expect(await add('whk_6')).toBe(true)
      expect(await webhooks.get('school', 'whk_6')).toEqual(aWebhook({ webhookId: 'whk_6' }))
    })

    it('replaces a webhook only as long as it is what was read', async () => {
      await using opened = await create()
      const { webhooks } = opened.registry
      const first = aWebhook()
      // A text that looks like the field is none.
      const second = aWebhook({ name: '"updatedAt":"x"', updatedAt: '2026-11-22T00:00:00.000Z' })
      expect(await webhooks.replace(first, second)).toBe(false)
      expect(await webhooks.get('school', 'whk_1')).toBeUndefined()
      await webhooks.put(first)
      expect(await webhooks.replace(first, second)).toBe(true)
      expect(await webhooks.replace(first, aWebhook({ enabled: false }))).toBe(false)
      expect(await webhooks.replace({ updatedAt: 'x' }, first)).toBe(false)
      expect(await webhooks.get('school', 'whk_1')).toEqual(second)
    })

    it('gives the webhooks of a tenant in pages, oldest first, also while they change', async () => {
      await using opened = await create()
      const { webhooks } = opened.registry
      const ids = ['whk_c', 'whk_a', 'whk_b', 'whk_e', 'whk_d']
      for (const [place, webhookId] of ids.entries()) {
        // Two were made in the same millisecond.
        const createdAt = `2026-11-21T09:30:0${Math.min(place, 3)}.000Z`
        await webhooks.put(aWebhook({ webhookId, createdAt }))
        await webhooks.put(aWebhook({ webhookId, createdAt, tenantId: 'other' }))
      }
      const idsOf = (page: { webhookId: string }[]) => page.map(({ webhookId }) => webhookId)
      const first = await webhooks.page('school', 2)
      expect(idsOf(first)).toEqual(['whk_c', 'whk_a'])
      expect(first[0]).not.toHaveProperty('secret')
      await webhooks.delete('school', 'whk_a')
      const second = await webhooks.page('school', 2, first.at(-1))
      expect(idsOf(second)).toEqual(['whk_b', 'whk_d'])
      expect(idsOf(await webhooks.page('school', 2, second.at(-1)))).toEqual(['whk_e'])
      expect(await webhooks.page('none', 2)).toEqual([])
    })

    it('lists the webhooks of all tenants without their secrets, as of now', async () => {
      await using opened = await create()
      const { webhooks } = opened.registry
      await webhooks.put(aWebhook())
      await webhooks.put(aWebhook({ tenantId: 'other' }))
      const { secret: _, ...subscription } = aWebhook()
      const both = [subscription, { ...subscription, tenantId: 'other' }]
      expect(await webhooks.listAll()).toEqual(both)

      await webhooks.delete('other', 'whk_1')
      expect(await webhooks.listAll()).toEqual([subscription])
    })

    it('keeps all that is secret with a webhook, and lists none of it', async () => {
      await using opened = await create()
      const { webhooks } = opened.registry
      const hidden = hiddenOf('one')
      const shown = { publicKey: 'whpk_b25l', headerNames: ['authorization'], signatures: both }
      await webhooks.put(aWebhook({ ...hidden, ...shown }))
      expect(await webhooks.get('school', 'whk_1')).toEqual(aWebhook({ ...hidden, ...shown }))
      expect(await webhooks.list('school')).toEqual([aWebhook({ ...hidden, ...shown })])
      const { secret: _, ...subscription } = aWebhook(shown)
      expect(await webhooks.listAll()).toEqual([subscription])
      expect(await webhooks.page('school', 10)).toEqual([subscription])

      // What is changed replaces all of it; what is left out then is gone.
      const next = aWebhook({ ...hiddenOf('two'), updatedAt: '2026-11-22T00:00:00.000Z' })
      expect(await webhooks.replace(aWebhook(), next)).toBe(true)
      expect(await webhooks.get('school', 'whk_1')).toEqual(next)
      const bare = aWebhook({ updatedAt: '2026-11-23T00:00:00.000Z' })
      expect(await webhooks.replace(next, bare)).toBe(true)
      expect(await webhooks.get('school', 'whk_1')).toEqual(bare)
      const added = aWebhook({ ...hiddenOf('three'), webhookId: 'whk_2' })
      await webhooks.add(added, 10)
      expect(await webhooks.get('school', 'whk_2')).toEqual(added)
    })

    it('keeps the health of a webhook apart from its settings', async () => {
      await using opened = await create()
      const { webhooks } = opened.registry
      const health = { failingSince: at, failures: 3, lastFailure: 'HTTP 500' }
      await webhooks.noteHealth('school', 'whk_1', health)
      await webhooks.put(aWebhook())
      expect(await webhooks.get('school', 'whk_1')).toEqual(aWebhook())
      await webhooks.noteHealth('school', 'whk_1', health)
      await webhooks.noteHealth('other', 'whk_1', { ...health, failures: 9 })
      const listed = await webhooks.listAll()
      expect(listed[0]).not.toHaveProperty('health')

      // Neither whoever changes settings nor an attempt undoes what the other did.
      const changed = aWebhook({ name: 'other', updatedAt: '2026-11-22T00:00:00.000Z' })
      expect(await webhooks.replace(aWebhook(), changed)).toBe(true)
      expect(await webhooks.get('school', 'whk_1')).toEqual({ ...changed, health })
      await webhooks.noteHealth('school', 'whk_1', { ...health, failures: 4 })
      await webhooks.put({ ...changed, health: { ...health, failures: 1 } })
      expect((await webhooks.get('school', 'whk_1'))?.health).toEqual({ ...health, failures: 4 })
      await webhooks.noteHealth('school', 'whk_1', undefined)
      expect(await webhooks.get('school', 'whk_1')).toEqual(changed)

      await webhooks.noteHealth('school', 'whk_1', health)
      await webhooks.delete('school', 'whk_1')
      await webhooks.noteHealth('school', 'whk_1', health)
      expect(await webhooks.get('school', 'whk_1')).toBeUndefined()
      await webhooks.put(aWebhook())
      expect(await webhooks.get('school', 'whk_1')).toEqual(aWebhook())
    })
  })
}
