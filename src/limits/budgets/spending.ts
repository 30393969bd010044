import { AppError } from '../../error/app-error'
import type { BudgetName, WhenSpent } from '../../platform/registry/budgets'

/** The share of a budget from which on a person should look. */
export const NEARLY_SPENT = 0.8

/** How much of a budget is spent. */
export interface Spending {
  tenantId: string
  /** Absent for a budget of the tenant as a whole. */
  sourceId?: string | undefined
  budget: BudgetName
  limit: number
  used: number
  whenSpent: WhenSpent
}

export type SpendingState = 'fine' | 'nearly_spent' | 'spent'

export function stateOf({ used, limit }: Spending): SpendingState {
  if (used >= limit) return 'spent'
  return used >= limit * NEARLY_SPENT ? 'nearly_spent' : 'fine'
}

// Room is made by and by: an hour is soon enough to ask again.
const ROOM_S = 60 * 60
const DAY_S = 24 * 60 * 60

const names: Record<BudgetName, string> = {
  eventsPerDay: 'events a day',
  quarantineBytes: 'bytes in quarantine',
  hotBytes: 'bytes of events held',
}

/** Says to a sender that a budget is spent, and when to come again. */
export function budgetSpent({ budget, limit, sourceId }: Spending, now: Date): AppError {
  const whose = sourceId === undefined ? 'This tenant' : `The source ${sourceId}`
  const untilMidnight = DAY_S - (Math.floor(now.getTime() / 1000) % DAY_S)
  const retryAfter = budget === 'eventsPerDay' ? untilMidnight : ROOM_S
  const detail = `${whose} has a budget of ${limit} ${names[budget]}, which is spent; go on in ${retryAfter} s. Nothing of this request was looked at.`
  return new AppError('rate_limited', detail, { retryAfter })
}
