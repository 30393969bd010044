import type { Condition } from '../../event/condition'
import type { SamplingClass } from '../../event/event-type'
import { usualDays } from '../../event/kept-days'
import type { RetentionClass } from '../../event/record'
import type { BlockRule } from '../blocklist/blocklist'

/** `MAINTAIN` keeps an item in quarantine until somebody decides; `DROP` does not keep it. */
export const transmissions = ['TRANSMIT', 'MAINTAIN', 'DROP'] as const
export type Transmission = (typeof transmissions)[number]

/** A treatment is what becomes of a personal field; the strictest comes first. */
export const treatments = ['drop', 'generalise', 'pseudonymise'] as const
export type Treatment = (typeof treatments)[number]

/** Without consent an event is kept without the person, counted, or not kept. */
export const withoutConsent = ['anonymous', 'count', 'drop'] as const
export type WithoutConsent = (typeof withoutConsent)[number]

/** Signals of a browser that its user opts out, by which a tenant may go. */
export const optOutSignals = ['gpc', 'dnt'] as const
export type OptOutSignal = (typeof optOutSignals)[number]

/** Addresses of senders are cut to this. */
export const addressForms = ['keep', 'network', 'country', 'none'] as const

/** Installations are of these (`Config.environment`). */
export const environments = ['production', 'development'] as const
export type Environment = (typeof environments)[number]

/** Names of ours, in receipts and counts, for what needs no rule. No rule may be called so. */
export const builtInRules = ['under13', 'pii', 'erased', 'opt-out', 'unreadable'] as const

/** The consequences are what a rule does; several at once where it names several. */
export interface Consequences {
  /** The share that is kept, 0 to 1. Learning events and errors are kept all the same. */
  sampling?: number | undefined
  consent?: { category: string; without: WithoutConsent } | undefined
  personal?: Treatment | undefined
  /** JSON Paths (RFC 9535, names and indexes and `*` only) into the item; the declared fields when left out. */
  fields?: string[] | undefined
  retention?: RetentionClass | undefined
  privacyLevel?: 'standard' | 'sensitive' | 'pii' | undefined
  action?: Transmission | undefined
}

/** Facts are what a rule may ask that no field of the record says. All that are given must hold. */
export interface FactsAsked {
  under13?: boolean | undefined
  optOut?: boolean | undefined
  environment?: Environment[] | undefined
  /** The event is of one of these domains; `*.example.org` is every one below it. */
  domain?: string[] | undefined
  /** The type is sampled by one of these classes (`EventType.sampling`). */
  sampling?: SamplingClass[] | undefined
}

export interface Rule {
  /** Unique within its policy; it stands in receipts, counts and records. */
  name: string
  /** The condition, in full names of the record; absent for every event. */
  when?: Condition | undefined
  /** Short names that are no field of the record: they are facts of the person and the request. */
  facts?: FactsAsked | undefined
  then: Consequences
}

/** The policy of a tenant, as it is in force: read, checked, with every default filled in. */
export interface Policy {
  /** Counts the changes; 0 while there was none. */
  version: number
  rules: Rule[]
  /** Senders that may not send now. A policy that was put before there were blocklists has none. */
  blocklist?: BlockRule[] | undefined
  /** Fields of people under 13 whose parents did not consent. `drop` when left out. */
  under13: Treatment | 'keep'
  /** Personal fields of events of level `pii`. `pseudonymise` when left out (paper 001, line 355). */
  pii: Treatment | 'keep'
  /** It says what becomes of bodies that cannot be read, and so not be cleaned. `withhold` where any rule concerns personal fields, else `keep`. */
  unreadable: 'keep' | 'withhold'
  /** It says what becomes of late arrivals of an erased person. `withhold` when left out. */
  erased: 'keep' | 'withhold'
  /** These signals count as consent denied to every category but `parental`. `gpc` when left out. */
  optOut: OptOutSignal[]
  /** Addresses are cut to this; paper 002 asks for none at all. `network` is /24, or /48 of IPv6. */
  addresses: (typeof addressForms)[number]
  /** Days that each class is kept, within the bounds of the installation. */
  retentionDays: { [Class in RetentionClass]: number }
}

/** A tenant that has decided nothing has this policy. */
export const defaultPolicy: Policy = {
  version: 0,
  rules: [],
  under13: 'drop',
  pii: 'pseudonymise',
  unreadable: 'keep',
  erased: 'withhold',
  optOut: ['gpc'],
  addresses: 'keep',
  retentionDays: usualDays,
}
