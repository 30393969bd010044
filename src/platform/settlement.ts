import type { RetentionClass } from '../event/record'

/** A day of a class was settled. */
export interface SettledDay {
  retentionClass: RetentionClass
  /** `YYYY-MM-DD`, UTC, of arrival. */
  day: string
  rows: number
  /** Copies of events that were left out. */
  copies: number
  filesBefore: number
  filesAfter: number
}

/** Rows of a day have been kept for as long as they may be. */
export interface ExpiredDay {
  retentionClass: RetentionClass
  /** `YYYY-MM-DD`, UTC, of arrival. */
  day: string
  rows: number
}

export interface SettlementState {
  /** All closed days up to and including this one are settled, `YYYY-MM-DD` UTC; absent while none is. */
  settledThrough?: string | undefined
  /** Closed days that wait, each class of a day by itself. */
  waiting: number
  /** Says why it does not get on at the moment. */
  problem?: string | undefined
}

/** The days of each retention class for a tenant. */
export type KeptDays = (tenantId: string) => Promise<{ [Class in RetentionClass]: number }>

/**
 * Settles the lake: of closed days, each event once, in files of a good size, sorted, so that one
 * learner or course is found in few of them. What is landed and what is settled are read as one by
 * the view `events`; a reader of it sees each event once before, while and after a day is settled.
 */
export interface Settlement {
  /**
   * Settles days before `until` that are not settled, or in which more has landed since; the oldest
   * first. Of copies in several days, the one stays that was settled first. After a crash a repeat
   * goes on, and neither loses nor repeats a row.
   * @param request.until `YYYY-MM-DD` UTC, exclusive
   * @param request.maxMs begins no further day after so long
   * @throws {StorageError} what was settled stays so
   */
  settle(request: {
    until: string
    maxMs?: number | undefined
    onDay?: ((day: SettledDay) => void) | undefined
    signal?: AbortSignal | undefined
  }): Promise<{ days: SettledDay[]; isDone: boolean }>
  state(): Promise<SettlementState>
  /**
   * Removes what has been kept for as long as its class is, or as its sender asked where that is
   * shorter, tenant by tenant: what arrived more than so many days before `now`. It works by whole
   * days of arrival, so that a row may stay for a day longer.
   * @param keptDays the days of each class for a tenant
   * @param options.isDryRun counts what would be removed
   * @throws {StorageError} what was removed stays so
   */
  expire(
    now: Date,
    keptDays: KeptDays,
    options?: {
      isDryRun?: boolean | undefined
      onDay?: ((day: ExpiredDay) => void) | undefined
      signal?: AbortSignal | undefined
    },
  ): Promise<{ removed: number }>
}
