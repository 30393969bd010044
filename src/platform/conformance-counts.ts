/** A tally counts what became of some items: of one request, of one hour, or of a year. */
export interface Tally {
  /** Counts stored items; a duplicate is none. */
  stored: number
  /** Counts the stored items that have no error by the standard's text. */
  conformant: number
  /** Counts the items and unreadable bodies that went to quarantine, each time they are sent. */
  quarantined: number
  /** Counts, by issue code, the items that have it, stored or quarantined. */
  issues: Record<string, number>
  /** Counts, by rule of the tenant's policy, the items that it does not let us keep. Absent for none. */
  withheld?: Record<string, number> | undefined
  /** Counts, by rule and type (`nameOfCounted`), those whose rule counts them for want of consent. */
  countedTypes?: Record<string, number> | undefined
}

// A type is the sender's: it names a count, and is no place for a text.
const TYPE_LENGTH = 64

/** Names the count of a rule's events of a type. Rules have no tab in their names. */
export function nameOfCounted(rule: string, type: string): string {
  return `${rule}\t${type.slice(0, TYPE_LENGTH).toWellFormed()}`
}

export interface CountedSource {
  tenantId: string
  sourceId: string
}

export type CountInterval = 'hour' | 'day'

export interface CountRange {
  /** The range begins here, inclusive (ISO 8601 UTC); the hour it lies in is counted whole. */
  from: string
  /** The range ends here, exclusive: hours that begin before it are counted. */
  to: string
  interval: CountInterval
}

/** A counted interval has the tally of one hour or day. */
export interface CountedInterval extends Tally {
  /** The interval begins at this time, ISO 8601 UTC. */
  at: string
}

/** The port counts how far each source departs from its standard, by the hour of arrival. */
export interface ConformanceCounts {
  /**
   * Adds a tally at once and without failing: counting costs no sender anything. It is durable some
   * seconds later, so that a kill loses the counts of those seconds; an orderly stop loses none.
   */
  add(source: CountedSource, receivedAt: string, tally: Tally): void
  /**
   * Reads the intervals in which something arrived, oldest first. They include what was added here
   * before the call.
   * @throws {StorageError}
   */
  read(source: CountedSource, range: CountRange): Promise<CountedInterval[]>
}
