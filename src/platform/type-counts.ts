import type { EventRecord } from '../event/record'

/** Counts are told apart by the minute of arrival. */
export const MINUTE_MS = 60_000

/** A minute is written as `2026-11-21T09:30`: so many characters of a time. */
export const minuteOf = (time: string) => time.slice(0, 16)

/** A counted type says how many events of one type a tenant has stored. */
export interface CountedType {
  type: string
  /** Counts them since the beginning, or since they were forgotten. */
  total: number
  /** Counts those of the hour before the time that was asked about, to the minute. */
  lastHour: number
  /** The last of them arrived then, ISO 8601 UTC. */
  lastSeenAt: string
}

/** Everything before `time` is to be forgotten. */
export interface ForgottenPart {
  /** The time is of arrival, ISO 8601 UTC with milliseconds. */
  time: string
  /**
   * So many arrived before it in the minute that the time lies in, by type: counts know
   * nothing finer, so that whoever can read the events counts them. A number is the share of it
   * (0 to 1) that is taken of each type, where they are too many to be counted.
   */
  inSlot: ReadonlyMap<string, number> | number
}

/** The port tells how many events of each type a tenant has stored. */
export interface TypeCounts {
  /**
   * Adds events at once and without failing: counting costs no sender anything. It is durable some
   * seconds later, so that a kill loses the counts of those seconds; an orderly stop loses none.
   * Types that are too many to be told apart are counted as `other` (`shared/noted-types.ts`).
   * Absent where whoever follows the feed counts (`StoredTypes`).
   * @param at the time of arrival, ISO 8601 UTC
   */
  add?(tenantId: string, at: string, types: ReadonlyMap<string, number>): void
  /**
   * Lists the types of a tenant, the most frequent first, with what was added here before the call.
   * @throws {StorageError}
   */
  read(tenantId: string, now: Date): Promise<CountedType[]>
  /**
   * Tells whether all of these are counted by now. Absent where whoever stores counts at once.
   * @throws {StorageError}
   */
  areCounted?(stored: readonly StoredType[]): Promise<boolean>
  /**
   * Forgets what arrived before a time, and is counted or will be. When the time is older than counts by
   * the hour are held (400 days), nothing is.
   * @returns how many events are no longer counted
   * @throws {StorageError}
   */
  forget(tenantId: string, before: ForgottenPart): Promise<{ removed: number }>
}

/** So much of a stored event is counted. */
export type StoredType = Pick<EventRecord, 'tenantId' | 'eventId' | 'type' | 'receivedAt'>

/**
 * Counts what the feed brings, where the process that stores an event may be frozen before it has
 * counted it. `TypeCounts` reads the sums.
 */
export interface StoredTypes {
  /**
   * Counts events; each once, however often and in whatever company it comes within two weeks.
   * @throws {StorageError} some of them may be counted; all can be given again
   */
  count(stored: readonly StoredType[]): Promise<void>
}
