/** What became of some items: of one request, of one hour, or of a year. */
export interface Tally {
  /** Stored, duplicates not counted. */
  stored: number
  /** Of the stored ones, those without an error by the standard's text. */
  conformant: number
  /** Items, and bodies that could not be read, that went to quarantine; each time they are sent. */
  quarantined: number
  /** By issue code: how many items have it, stored or quarantined. */
  issues: Record<string, number>
}

export interface CountedSource {
  tenantId: string
  sourceId: string
}

export type CountInterval = 'hour' | 'day'

export interface CountRange {
  /** ISO 8601 UTC, inclusive; the hour it lies in is counted whole. */
  from: string
  /** Exclusive: hours that begin before it. */
  to: string
  interval: CountInterval
}

/** The counts of one interval. */
export interface CountedInterval extends Tally {
  /** When it begins, ISO 8601 UTC. */
  at: string
}

/** How far each source departs from its standard, by the hour in which things arrived. */
export interface ConformanceCounts {
  /**
   * Takes note, at once and without failing: counting costs no sender anything. Durable some seconds
   * later, so that a kill loses the counts of those seconds; an orderly stop loses none.
   */
  add(source: CountedSource, receivedAt: string, tally: Tally): void
  /**
   * Oldest first, intervals in which nothing arrived left out. Includes what was noted here before
   * the call.
   * @throws {StorageError}
   */
  read(source: CountedSource, range: CountRange): Promise<CountedInterval[]>
}
