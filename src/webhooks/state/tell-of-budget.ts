import { deliveriesOfNotice } from './notices'
import type { TellNeeds } from './tell'

interface Spent {
  tenantId: string
  sourceId?: string | undefined
  budget: string
  limit: number
  used: number
  whenSpent: string
}

/** Tells the webhooks of a tenant that ask for it how far a budget is spent. */
export async function tellOfBudget(
  { registry, deliveries, clock }: TellNeeds,
  { tenantId, ...data }: Spent,
  state: 'nearly_spent' | 'spent',
): Promise<void> {
  const at = clock.now().toISOString()
  const notice = { type: `nonius.budget.${state}` as const, at, data }
  const told = { tenantId, notice, enqueuedAt: at }
  const found = deliveriesOfNotice(await registry.webhooks.listAll(), told)
  if (found.length > 0) await deliveries.enqueue(found)
}
