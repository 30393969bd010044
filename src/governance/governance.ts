import { usualDays } from '../event/kept-days'
import type { ReadEvent } from '../event/reading'
import {
  type EventRecord,
  retentionClasses,
  type ServerFacts,
  type StandardName,
} from '../event/record'
import { type Consents, PARENTAL } from './consents/consents'
import type { Governing } from './governing'
import type { PersonalData, Pseudonymiser } from './personal/personal'
import type { InForce } from './policies'
import type { Facts } from './policy/decision'
import type { OptOutSignal, Policy } from './policy/policy'
import { ANONYMOUS, mayHaveSign, PSEUDONYM } from './signs'

/** Whoever sends something, as far as policies ask. */
export interface Sending extends Pick<EventRecord, 'tenantId' | 'sourceId' | 'receivedAt'> {
  server: ServerFacts
  /** The browser of the request opts out, by these signals. */
  optOut?: readonly OptOutSignal[] | undefined
  /** Somebody decided that what a rule holds is let through. */
  isReleased?: true | undefined
  /** Nothing is to be written: somebody only asks. */
  isTrial?: true | undefined
}

/** Each part is asked only where a request needs it. */
export interface GovernanceParts {
  /** @throws {StorageError} */
  inForce(tenantId: string): Promise<InForce>
  consents: Pick<Consents, 'of' | 'under13'>
  /** @returns those of the ids whose people were erased. @throws {StorageError} */
  erased(tenantId: string, ids: readonly string[]): Promise<ReadonlySet<string>>
  personal(): Promise<PersonalData>
  /** @throws {StorageError} */
  pseudonyms(tenantId: string): Promise<Pseudonymiser>
  /** Who stands behind a pseudonym; undefined where that is not known. @throws {StorageError} */
  personBehind(tenantId: string, pseudonym: string): Promise<string | undefined>
}

/** The text of an item or a body, and what is known of it. */
export type Sent = Pick<ReadEvent, 'raw'> & {
  privacyLevel?: EventRecord['privacyLevel'] | undefined
}

export interface Governance {
  /**
   * Begins to govern what was sent.
   * @returns undefined when nothing of it is governed, so that it stays as it is
   * @throws {StorageError} when it cannot be told: then nothing of it may be kept
   */
  over(
    sending: Sending,
    standard: StandardName,
    sent: readonly Sent[],
  ): Promise<Governing | undefined>
  /**
   * Finds what forbids to keep a document about a person, who is named by it alone.
   * @returns the rule, a name of ours; undefined when nothing does
   * @throws {StorageError}
   */
  forbids(tenantId: string, personId: string): Promise<string | undefined>
  /**
   * Finds what rules ask of events that are stored, for a policy that is only tried. Signals of browsers are kept
   * nowhere, and count as absent.
   * @throws {StorageError}
   */
  factsOf(records: readonly EventRecord[], tried: InForce): Promise<Facts[]>
  /** Tells whether two ids are of one person, one of which may be a pseudonym. @throws {StorageError} */
  isSamePerson(tenantId: string, sent: string, kept: string): Promise<boolean>
}

/**
 * Governs by the parts. What a tenant without rules sends is looked at for a sign of age and for its
 * level, and no more.
 */
export function createGovernance(parts: GovernanceParts): Governance {
  return {
    async over(sending, standard, sent) {
      const inForce = await parts.inForce(sending.tenantId)
      if (isPlain(inForce) && !sent.some((one) => concerns(one, inForce.policy))) return undefined
      const { createGoverning } = await import('./governing')
      return createGoverning(parts, inForce, sending, standard)
    },

    async forbids(tenantId, personId) {
      const { policy, hasUnder13, hasTombstones } = await parts.inForce(tenantId)
      const ids = [personId]
      if (hasTombstones && policy.erased === 'withhold') {
        if ((await parts.erased(tenantId, ids)).has(personId)) return 'erased'
      }
      if (!hasUnder13 || policy.under13 === 'keep') return undefined
      if (!(await parts.consents.under13(tenantId, ids)).has(personId)) return undefined
      const said = (await parts.consents.of(tenantId, ids)).get(personId)
      return said?.[PARENTAL] === 'granted' ? undefined : 'under13'
    },

    async factsOf(records, tried) {
      const { factsOfStored } = await import('./stored-facts')
      return factsOfStored(records, tried, parts)
    },

    async isSamePerson(tenantId, sent, kept) {
      if (sent === kept || kept === ANONYMOUS) return true
      if (!kept.startsWith(PSEUDONYM)) return false
      // A key may have been rotated since.
      return (await parts.personBehind(tenantId, kept)) === sent
    },
  }
}

/** Tells whether nothing is asked but what is asked of every tenant. */
function isPlain({ policy, hasUnder13, hasTombstones }: InForce): boolean {
  const { rules, blocklist = [], addresses, unreadable, retentionDays } = policy
  if (rules.length > 0 || blocklist.length > 0 || hasUnder13 || hasTombstones) return false
  if (addresses !== 'keep' || unreadable !== 'keep') return false
  return retentionClasses.every((one) => retentionDays[one] === usualDays[one])
}

function concerns({ raw, privacyLevel }: Sent, { under13, pii }: Policy): boolean {
  return (privacyLevel === 'pii' && pii !== 'keep') || (under13 !== 'keep' && mayHaveSign(raw))
}
