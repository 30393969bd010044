/** The map has, for each webhook with deliveries, the time when the next one is due (ms). */
type Webhooks = Map<string, number>

export type Turns = ReturnType<typeof createTurns>

/**
 * Tells whose turn it is: the tenants in order, and the webhooks of each. A map has the order in
 * which its keys were added; one that was served is added again, and so comes after all others. The
 * turns are in memory, a hundred bytes a webhook: taking costs nothing for what is not due, however
 * much waits.
 */
export function createTurns() {
  const tenants = new Map<string, Webhooks>()

  return {
    /** Notes when a webhook is due. @param dueAt undefined when nothing waits for it any more */
    set(tenantId: string, webhookId: string, dueAt: number | undefined) {
      const webhooks = tenants.get(tenantId) ?? new Map<string, number>()
      if (dueAt !== undefined) {
        webhooks.set(webhookId, dueAt)
        tenants.set(tenantId, webhooks)
        return
      }
      webhooks.delete(webhookId)
      if (webhooks.size === 0) tenants.delete(tenantId)
    },

    /** Moves a webhook behind its tenant's others, and its tenant behind the others. */
    served(tenantId: string, webhookId: string) {
      const webhooks = tenants.get(tenantId)
      const dueAt = webhooks?.get(webhookId)
      if (webhooks === undefined || dueAt === undefined) return
      webhooks.delete(webhookId)
      webhooks.set(webhookId, dueAt)
      tenants.delete(tenantId)
      tenants.set(tenantId, webhooks)
    },

    isAnyDue(now: number): boolean {
      for (const webhooks of tenants.values()) {
        for (const dueAt of webhooks.values()) if (dueAt <= now) return true
      }
      return false
    },

    /**
     * Goes round the tenants for as long as `take` takes something: once for each of them in turn,
     * with the first of its due webhooks for which `hasPlace` says yes.
     * @param take returns what became of the turn: nothing was there after all, so that another webhook
     * has it; one was taken; it was the last
     */
    goRound(
      now: number,
      hasPlace: (tenantId: string, webhookId: string) => boolean,
      take: (tenantId: string, webhookId: string) => 'nothing' | 'one' | 'last',
    ) {
      // A tenant that is served is added again behind the others, so that the loop comes to it once
      // more.
      for (const [tenantId, webhooks] of tenants) {
        for (const [webhookId, dueAt] of webhooks) {
          if (dueAt > now || !hasPlace(tenantId, webhookId)) continue
          const taken = take(tenantId, webhookId)
          if (taken === 'last') return
          if (taken === 'one') break
        }
      }
    },

    clear: () => tenants.clear(),
  }
}
