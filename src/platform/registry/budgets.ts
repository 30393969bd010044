/** A budget is refused beyond only where its tenant said so: by default people are told. */
export const whenSpentModes = ['warn', 'refuse'] as const
export type WhenSpent = (typeof whenSpentModes)[number]

/** A source has these. */
export interface SourceBudgets {
  /** Events and entities a day of UTC; duplicates do not count. */
  eventsPerDay?: number | undefined
  quarantineBytes?: number | undefined
  /** `warn` when absent. */
  whenSpent?: WhenSpent | undefined
}

/** A tenant has these, for all of its sources together. */
export interface TenantBudgets extends SourceBudgets {
  /** Bytes of events in the hot store, as they were sent. They are counted from when this is set. */
  hotBytes?: number | undefined
}

export type BudgetName = 'eventsPerDay' | 'quarantineBytes' | 'hotBytes'
