import type { ReadEvent } from '../../event/reading'
import type { ServerFacts, StandardName } from '../../event/record'
import type { FieldTreatment } from '../policy/decision'
import type { Policy } from '../policy/policy'

/** Stands for a person by a pseudonym, the same for the same id; `store` makes new ones durable. */
export interface Pseudonymiser {
  /** Gives the pseudonym of an id as it was sent: `urn:nonius:pseudonym:KEY.HMAC`. */
  of(personId: string): string
  /** Resolves once who stands behind each that `of` gave is in the encrypted table. */
  store(): Promise<void>
}

/** An item was cleaned: its text, and the event that was read of it, with the same changes. */
export interface Cleaned {
  event: ReadEvent & { server: ServerFacts }
  /** The number of values that were changed or dropped. */
  changed: number
}

/**
 * Cleans events of personal data. The text of the item is spliced, so that all that stays is byte for byte as it was
 * sent; the digest of the item as it was sent is put into `contentDigest` first.
 */
export interface PersonalData {
  /** Cleans an event that was read. */
  clean(
    event: ReadEvent & { server: ServerFacts },
    treatments: readonly FieldTreatment[],
    by: { pseudonyms: Pseudonymiser; policy: Pick<Policy, 'addresses'> },
  ): Cleaned
  /**
   * Cleans the text of an item that its standard refused, as far as it is JSON.
   * @returns undefined when it is none, so that nothing of it can be told
   */
  cleanText(
    raw: string,
    standard: StandardName,
    treatments: readonly FieldTreatment[],
    by: { pseudonyms: Pseudonymiser; policy: Pick<Policy, 'addresses'> },
  ): string | undefined
  /** Lists the ids of people at the declared places of an item: actor, member, group lists, targets. */
  peopleIn(raw: string, standard: StandardName): string[]
  /** Tells whether the sender says that the actor is under 13. */
  isUnder13(event: Pick<ReadEvent, 'raw' | 'standard'>): boolean
}
