import { describe, expect, it } from 'bun:test'
import { aClock, aWebhook } from '../../../tests/support/webhooks'
import type { Webhook } from '../../platform/registry/webhooks'
import type { WebhookClaims } from '../../platform/webhook-claims'
import { createPlaceOf, type PlaceOf } from './place-of'

type Whose = { tenantId: string; webhookId: string }

/** Claims as all processes see them, in memory. */
function sharedClaims() {
  const slow = new Set<string>()
  const taken = new Map<string, number>()
  let calls = 0
  const claims: WebhookClaims = {
    async isSlow({ webhookId }) {
      return slow.has(webhookId)
    },
    async noteSlow({ webhookId }) {
      slow.add(webhookId)
    },
    async take({ webhookId }, most) {
      calls += 1
      const held = taken.get(webhookId) ?? 0
      if (held >= most) return undefined
      taken.set(webhookId, held + 1)
      return async () => void taken.set(webhookId, taken.get(webhookId)! - 1)
    },
  }
  return { claims, slow, taken, calls: () => calls }
}

const clock = aClock()
const whose = (webhook: Webhook): Whose => webhook
const registryOf = (...webhooks: Webhook[]) => ({
  webhooks: {
    get: async (_: string, id: string) => webhooks.find(({ webhookId }) => webhookId === id),
  },
})

/** So many processes of the function. */
const processes = (many: number, needs: Parameters<typeof createPlaceOf>[0]) =>
  Array.from({ length: many }, () => createPlaceOf(needs))

/** Asks every process for places until it gives none. */
async function takeAll(all: PlaceOf[], webhook: Webhook, each = 10) {
  const leaves: (() => Promise<void>)[] = []
  for (const placeOf of all) {
    for (let n = 0; n < each; n += 1) {
      const place = await placeOf(whose(webhook))
      if (typeof place === 'number') break
      leaves.push(place)
    }
  }
  return leaves
}

describe('The places of a webhook', () => {
  it('are each process’s own while it is well, and cost nothing', async () => {
    const webhook = aWebhook({ maxConcurrent: 3 })
    const shared = sharedClaims()
    const all = processes(5, { registry: registryOf(webhook), claims: shared.claims, clock })
    const leaves = await takeAll(all, webhook)
    expect(leaves).toHaveLength(15)
    expect(shared.calls()).toBe(0)
    for (const leave of leaves) await leave()
    expect(shared.slow.size).toBe(0)
  })

  for (const [what, health, slow] of [
    ['is slow', undefined, true],
    ['fails', { failingSince: '2026-11-30T00:00:00.000Z', failures: 9, lastFailure: 'x' }, false],
  ] as const) {
    it(`are those of all processes together when it ${what}`, async () => {
      const bad = aWebhook({
        webhookId: 'whk_bad',
        maxConcurrent: 3,
        ...(health && { health }),
      } as object)
      const good = aWebhook({ webhookId: 'whk_good' })
      const shared = sharedClaims()
      if (slow) shared.slow.add(bad.webhookId)
      const all = processes(50, { registry: registryOf(bad, good), claims: shared.claims, clock })
      const leaves = await takeAll(all, bad)
      expect(leaves).toHaveLength(3)
      // Every call that is turned away has its places for others.
      expect(await takeAll(all, good)).toHaveLength(50 * 4)
      await leaves[0]!()
      expect(shared.taken.get('whk_bad')).toBe(2)
      expect(await takeAll(all, bad)).toHaveLength(1)
    })
  }

  it('are known to be slow by all within a second of its first attempt that drags', async () => {
    const webhook = aWebhook()
    const shared = sharedClaims()
    const needs = { registry: registryOf(webhook), claims: shared.claims, clock }
    const [first, second] = processes(2, needs)
    const place = await first!(whose(webhook))
    expect(shared.slow.size).toBe(0)
    await Bun.sleep(1100)
    // It has not ended yet.
    expect(shared.slow.has(webhook.webhookId)).toBe(true)
    await second!(whose(webhook))
    expect(shared.calls()).toBe(1)
    await (place as () => Promise<void>)()
  })

  it('are free again for who found no claim', async () => {
    const webhook = aWebhook({ maxConcurrent: 1 })
    const shared = sharedClaims()
    shared.slow.add(webhook.webhookId)
    const needs = { registry: registryOf(webhook), claims: shared.claims, clock }
    const [first, second] = processes(2, needs)
    const place = await first!(whose(webhook))
    expect(await second!(whose(webhook))).toBeNumber()
    await (place as () => Promise<void>)()
    expect(await second!(whose(webhook))).toBeFunction()
  })

  it('are free again when claims cannot be had', async () => {
    const webhook = aWebhook({ maxConcurrent: 1 })
    let fails = true
    const { claims } = sharedClaims()
    const failing: WebhookClaims = {
      ...claims,
      isSlow: async () => true,
      async take(...asked) {
        if (fails) throw new Error('throttled')
        return claims.take(...asked)
      },
    }
    const placeOf = createPlaceOf({ registry: registryOf(webhook), claims: failing, clock })
    await expect(placeOf(whose(webhook))).rejects.toThrow('throttled')
    fails = false
    const place = await placeOf(whose(webhook))
    expect(typeof place).toBe('function')
    await (place as () => Promise<void>)()
  })
})
