import type { Source } from '../../platform/registry/sources'
import type { Tenant } from '../../platform/registry/tenants'
import type { BudgetNeeds } from './create'
import type { Spending } from './spending'

/** Budgets say what a tenant and its sources may send and hold, by their settings. */
export interface Budgets extends AsyncDisposable {
  /**
   * Looks at the budgets of who sends; at most ten seconds old.
   * @throws {AppError} `rate_limited` when one is spent that is to be kept to (`whenSpent: 'refuse'`)
   */
  admit(tenant: Tenant | undefined, source: Source | undefined): Promise<void>
  /** Counts the bytes of events that were stored for a tenant whose hot store has a budget. */
  stored(tenantId: string, bytes: number): void
  /** Reads every budget of a tenant and its sources. @throws {StorageError} */
  read(tenant: Tenant): Promise<Spending[]>
  /** Lists those that this process found spent by 80 % or more, and not less since. */
  nearlySpent(): Spending[]
  /** Makes durable what was counted and is due. */
  settle(): Promise<void>
}

/** Makes the budgets of a process, whose code is loaded with the first tenant or source that has any. */
export function budgetsLater(needs: BudgetNeeds): Budgets {
  let loading: Promise<Budgets> | undefined
  let made: Budgets | undefined
  function load() {
    loading ??= import('./create').then(({ createBudgets }) => {
      made = createBudgets(needs)
      return made
    })
    return loading
  }
  return {
    async admit(tenant, source) {
      if (tenant?.budgets || source?.budgets) await (await load()).admit(tenant, source)
    },
    stored(...counted) {
      if (made !== undefined) made.stored(...counted)
      else void load().then((loaded) => loaded.stored(...counted))
    },
    read: async (tenant) => (await load()).read(tenant),
    nearlySpent: () => made?.nearlySpent() ?? [],
    settle: async () => made?.settle(),
    [Symbol.asyncDispose]: async () => made?.[Symbol.asyncDispose](),
  }
}
