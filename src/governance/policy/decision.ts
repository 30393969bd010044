import type { ReadEvent } from '../../event/reading'
import type { EventRecord, RetentionClass, ServerFacts } from '../../event/record'
import type { CompiledBlocklist } from '../blocklist/compile'
import type { Treatment } from './policy'

/** An event before it is stamped, with what is known of its request: rules are asked of this. */
export type Governable = ReadEvent &
  Pick<EventRecord, 'tenantId' | 'sourceId' | 'receivedAt'> & { server: ServerFacts }

/** The facts are known of the person and the request beside the event. */
export interface Facts {
  /** The sender says so, or the school listed the learner; parental consent is not looked at. */
  isUnder13: boolean
  /** The person granted and denied these, by category; a category that is in neither was never asked. */
  consents: ReadonlyMap<string, 'granted' | 'denied'>
  /** The browser of the request opts out, by a signal that the policy goes by. */
  isOptedOut: boolean
}

/** One treatment of personal fields, and the rule that asks for it. */
export interface FieldTreatment {
  rule: string
  treatment: Treatment
  /** JSON Paths into the item; the declared fields of its standard when left out. */
  fields?: readonly string[] | undefined
  /** If true, the person is taken out of the event as a whole (consent, under 13): nothing links its events. */
  isAnonymous?: true
}

/**
 * It says what becomes of an event. Of several rules that match, the strictest counts: withheld before held
 * before kept, the lowest rate, the strictest treatment of each field, the shortest retention. The order of the
 * rules decides nothing but whose name stands there where several ask for the same.
 */
export interface Decision {
  /** Rules that change something, in the order of the document; names of ours come after them. */
  rules: readonly string[]
  /** `hold` puts it into quarantine, `withhold` keeps nothing but the count. */
  fate: 'keep' | 'hold' | 'withhold'
  /** The rule that decided its fate, unless it is kept. */
  by?: string | undefined
  /** It is withheld for want of consent, and its rule wants it counted by type and day as well. */
  isCounted?: true | undefined
  sampleRate?: number | undefined
  /** The strictest come first; of those without `fields` the strictest stands here alone. */
  treatments: readonly FieldTreatment[]
  privacyLevel: EventRecord['privacyLevel']
  retentionClass: RetentionClass
}

/** A policy, compiled once per version. */
export interface CompiledPolicy {
  readonly version: number
  /** If true, consents have to be read before `decide` is asked. */
  readonly asksConsent: boolean
  /** If true, some rule may treat personal fields, so that what cannot be read is not kept as it came. */
  readonly treatsPeople: boolean
  /** If true, some rule asks for `commonAction`, which has to be in the event then. */
  readonly asksCommonAction: boolean
  /** Tells who may not send; absent where nobody is blocked. */
  readonly blocklist?: CompiledBlocklist | undefined
  /** Lists the rules that match an event, by their place in the policy, in order. */
  matching(event: Governable, facts: Facts): readonly number[]
  /** Never throws, and takes a time that is bounded by the size of the policy. */
  decide(event: Governable, facts: Facts): Decision
}
