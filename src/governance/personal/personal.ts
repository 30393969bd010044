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

/** The text of an item that was refused, cleaned. */
export interface CleanedText {
  raw: string
  changed: number
  /** Cleans another text that quotes the item, such as the message of an issue or an id in a receipt. */
  inText(text: string): string
}

/** It says by what an item is cleaned, beside its treatments. */
export interface CleanedBy {
  pseudonyms: Pick<Pseudonymiser, 'of'>
  policy: Pick<Policy, 'addresses'>
}

/**
 * Cleans events of personal data. The text of the item is spliced, so that all that stays is byte for byte as it was
 * sent; `contentDigest` stays that of the item as it was sent. It is pure but for the pseudonyms, and takes a time in
 * proportion to the size of the item.
 */
export interface PersonalData {
  /** Cleans an event that was read. Without a treatment, addresses alone are cut, as the policy says. */
  clean(
    event: ReadEvent & { server: ServerFacts },
    treatments: readonly FieldTreatment[],
    by: CleanedBy,
  ): Cleaned
  /**
   * Cleans the text of an item that its standard refused, or of a whole body of items, as far as it is JSON.
   * @returns undefined when it is none, or too deep or too long for it, so that nothing of it can be told
   */
  cleanText(
    raw: string,
    standard: StandardName,
    treatments: readonly FieldTreatment[],
    by: CleanedBy,
  ): CleanedText | undefined
  /** Cleans the facts of a request, as `clean` does with those of its event. */
  cleanServer(
    server: ServerFacts,
    treatments: readonly FieldTreatment[],
    addresses: Policy['addresses'],
  ): ServerFacts
  /** Lists the ids of people at the declared places of an item: actor, member, group lists, targets. */
  peopleIn(raw: string, standard: StandardName): string[]
  /** Tells whether the sender says that the actor is under 13. */
  isUnder13(event: Pick<ReadEvent, 'raw' | 'standard'>): boolean
}
