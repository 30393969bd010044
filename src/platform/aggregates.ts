/** Counts are told apart by one of these, each by its column or, of a course and an action, two. */
export const dimensions = ['type', 'action', 'course', 'source'] as const
export type Dimension = (typeof dimensions)[number]

/** Events are counted by quarters of an hour in UTC: the days of every time zone begin with one. */
export const QUARTER_MS = 15 * 60_000

export interface AggregateQuestion {
  tenantId: string
  /** `actors` counts distinct people (`event/person-sql.ts`), and events all that happened. */
  metric: 'events' | 'actors'
  /** All events together, when left out. */
  by?: Dimension | undefined
  /** Only events with this value of `by`. */
  only?: string | undefined
  /**
   * Intervals lie between two of these that follow each other, milliseconds since 1970, in order.
   */
  edges: readonly number[]
  /** Days are those of this zone: people are known by day of their tenant's own. */
  timeZone: string
}

/** A group has a value of the dimension: null where events have none, or are counted all together. */
export interface AggregateGroup {
  value: string | null
  /** One number for each interval. */
  counts: readonly number[]
}

/** Aggregates answer what a year was like without reading the lake, and say the same as the lake. */
export interface Aggregates {
  /**
   * Counts what is in the lake of a tenant.
   * @returns undefined when it cannot be told exactly, and the lake has to be asked
   * @throws {StorageError}
   */
  count(question: AggregateQuestion): Promise<AggregateGroup[] | undefined>
}
