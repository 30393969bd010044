/** A taken place belongs to a tenant and a webhook. */
interface Held {
  tenantId: string
  webhookId: string
}

// Attempts mostly wait for the network: a socket, some kilobytes, and a body, which `Budget`
// bounds. So many places leave most of the usual limit of 1,024 open files to senders.
const MAX_PLACES = 256

// A tenant has at most so many, however alone it is: one that comes later finds free places.
const MAX_PER_TENANT = 64

// A webhook has at most so many, and only one while it fails.
const MAX_PER_WEBHOOK = 4

// A failing target may hold its place for the whole time-out. All failing targets together leave a
// quarter of the places to those that answer, and the failing ones of one tenant leave half of its
// share to its others.
const MAX_FAILING = (MAX_PLACES * 3) / 4

// So many webhooks that failed last are remembered; beyond it the one that failed longest ago
// counts as any other.
const MAX_REMEMBERED = 100_000

/**
 * Decides who may hold how many of the places for attempts. A tenant has an equal share, counted
 * for all tenants under way and one more: so the next tenant finds a free share, and waits for
 * nobody.
 */
export function createPlaces() {
  const ofTenant = new Map<string, { all: number; failing: number }>()
  const ofWebhook = new Map<string, number>()
  const failing = new Set<string>()
  let taken = 0
  let takenByFailing = 0

  function shareOf(tenantId: string): number {
    const tenants = ofTenant.size + (ofTenant.has(tenantId) ? 0 : 1)
    const alike = Math.floor(MAX_PLACES / (tenants + 1))
    return Math.max(1, Math.min(alike, MAX_PER_TENANT))
  }

  function isFree(tenantId: string, webhookId: string): boolean {
    if (taken >= MAX_PLACES) return false
    const held = ofTenant.get(tenantId)
    const share = shareOf(tenantId)
    if (held !== undefined && held.all >= share) return false
    const heldByWebhook = ofWebhook.get(webhookId) ?? 0
    if (!failing.has(webhookId)) return heldByWebhook < MAX_PER_WEBHOOK
    if (heldByWebhook > 0 || takenByFailing >= MAX_FAILING) return false
    return (held?.failing ?? 0) < Math.max(1, share / 2)
  }

  return {
    free: () => MAX_PLACES - taken,

    /**
     * Takes a place. @returns a function that leaves it; undefined when there is none for this one
     */
    take({ tenantId, webhookId }: Held): (() => void) | undefined {
      if (!isFree(tenantId, webhookId)) return undefined
      const failed = failing.has(webhookId) ? 1 : 0
      const held = ofTenant.get(tenantId) ?? { all: 0, failing: 0 }
      ofTenant.set(tenantId, held)
      count(1)
      return () => count(-1)

      function count(by: 1 | -1) {
        taken += by
        takenByFailing += by * failed
        held.all += by
        held.failing += by * failed
        if (held.all === 0) ofTenant.delete(tenantId)
        const left = (ofWebhook.get(webhookId) ?? 0) + by
        if (left === 0) ofWebhook.delete(webhookId)
        else ofWebhook.set(webhookId, left)
      }
    },

    /** Notes how the latest attempt of a webhook went. */
    note(webhookId: string, isWell: boolean) {
      failing.delete(webhookId)
      if (isWell) return
      failing.add(webhookId)
      if (failing.size > MAX_REMEMBERED) failing.delete(failing.values().next().value!)
    },
  }
}
