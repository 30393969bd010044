import { type Lease, unbounded } from '../memory/budget'
import type { AppContext } from './context'

/**
 * Room for a request's body in the budget of its tenant, given back when the request is answered. Who
 * has shown no key shares with all who have not.
 * @param coming how much of the body may come while it waits
 * @throws {AppError} `busy`
 */
export async function leaseFor(c: AppContext, bytes: number, coming: number): Promise<Lease> {
  const budget = c.get('budget')
  const tenantId = c.get('tenantId')
  if (budget === undefined) return unbounded
  const lease = await budget.lease(tenantId, bytes, Math.min(coming, UNREAD_BYTES))
  c.set('lease', lease)
  return lease
}

/**
 * Bun takes in so much of a body that nobody reads before it stops the sender: measured, half a megabyte
 * to one and a quarter.
 */
export const UNREAD_BYTES = 1_310_720
