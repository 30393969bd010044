/** A counted sender is a source by one of its keys. */
export interface CountedSender {
  tenantId: string
  sourceId: string
  keyId: string
}

/** These counts say what became of what a sender sent. */
export interface ArrivalCounts {
  /** Counts events and entities that are stored, and were not before. */
  accepted: number
  /** Counts events and entities that were held already. */
  duplicates: number
  /** Counts items and unreadable bodies that went to quarantine, each time they are sent. */
  quarantined: number
  /** Counts whole requests that were answered with an error after their sender was recognised. */
  refused: number
  /** Counts those, by the code of the error. */
  reasons: Record<string, number>
}

/** Arrivals are what came from one sender: in one request, in a minute, in an hour. */
export interface Arrivals extends ArrivalCounts {
  /** Counts accepted items by the step of their lag (`arrivals.ts`). */
  lags: Record<string, number>
}

/** A seen sender has shown its key. */
export interface SeenSender extends CountedSender {
  /** The key was last shown at this time, for whatever purpose; ISO 8601 UTC. */
  lastUsedAt: string
  /** Something last arrived at this time, taken or refused; absent when nothing ever did. */
  lastSeenAt?: string | undefined
  /** These are counts since the beginning. */
  total: ArrivalCounts
  /** These are counts of the hour before the time that was asked about, to five minutes. */
  lastHour: Arrivals
}

/** The port counts what arrives, by source and key. */
export interface SourceActivity {
  /**
   * Adds arrivals at once and without failing: counting costs no sender anything. It is durable
   * some seconds later, so that a kill loses the counts of those seconds; an orderly stop loses none.
   * @param at the time of arrival, ISO 8601 UTC
   * @param arrivals what is left out is nothing; nothing at all says that the key was used
   */
  add(sender: CountedSender, at: string, arrivals: Partial<Arrivals>): void
  /**
   * Lists all senders of a tenant that were seen, by source and key, with what was added here before
   * the call.
   * @throws {StorageError}
   */
  read(tenantId: string, now: Date): Promise<SeenSender[]>
}
