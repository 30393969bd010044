/**
 * Terms under which items were sent, in the context of their reading: they stay with what is
 * quarantined, so that a replay holds it to the same terms.
 */
export interface SentBy {
  /** The door is the one of test sessions (`standards/native/session-door.ts`). */
  door?: 'sessions' | undefined
  /** The person who sends, as events name them: items are theirs, or refused. */
  learner?: string | undefined
  /** Its items begin no session: their sender cannot say whose one is. */
  begins?: 'none' | undefined
  /** A request brings at most so many items. A replay has no such limit. */
  mostItems?: string | undefined
  /** Its items are frames of a stream in our envelope (`observer/envelope.ts`), which no other sender may write. */
  stream?: 'observer' | undefined
  /** All of them are kept in quarantine for this, an issue as JSON. A replay lets them pass. */
  keptFor?: string | undefined
}

/** Reads the terms from a context. */
export function sentBy(context: Record<string, string>): SentBy {
  return context as SentBy
}
