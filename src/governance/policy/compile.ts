import type { Condition } from '../../event/condition'
import { createConditionIndex, matcherOf, subjectOf } from '../../event/conditions'
import { keyOfPlace, placeOf } from '../../event/conditions/path'
import type { EventRecord } from '../../event/record'
import { compileBlocklist } from '../blocklist/compile'
import { combineBy } from './combine'
import type { CompiledPolicy, Facts, Governable } from './decision'
import { domainsOf, isOfDomain } from './domains'
import type { Environment, Policy, Rule } from './policy'
import { samplingClassOf } from './sampling'

/** Tells whether the facts that a rule asks for are so; facts of the installation are looked at before. */
type FactsHold = (event: Governable, facts: Facts, domains: () => readonly string[]) => boolean

/** Fields have a value in every record, which an event has not before it is stamped. */
const defaulted = ['privacyLevel', 'retentionClass']

// All rules are asked of one tenant's events: the index needs no name for it.
const OWN = ''

/**
 * Compiles a policy: its rules are found by an index, so that two hundred cost an event little more than the few
 * that match it.
 */
export function compilePolicy(
  policy: Policy,
  { environment = 'production' }: { environment?: Environment | undefined } = {},
): CompiledPolicy {
  const { version } = policy
  const { blocklist = [] } = policy
  const combine = combineBy(policy)
  const index = createConditionIndex<number>(Number.POSITIVE_INFINITY, matcherOfAll)
  const factsHold: (FactsHold | undefined)[] = []
  for (const [at, rule] of policy.rules.entries()) {
    factsHold.push(factsHoldOf(rule))
    const asked = rule.facts?.environment
    if (asked === undefined || asked.includes(environment)) index.set(at, OWN, rule.when)
  }
  const fields = new Set(policy.rules.flatMap(({ when }) => (when ? fieldsIn(when) : [])))
  const fillsIn = defaulted.some((field) => fields.has(field))

  function matching(event: Governable, facts: Facts): readonly number[] {
    const subject = subjectOf((fillsIn ? filledIn(event) : event) as EventRecord)
    const found = index.match(subject, OWN)
    if (found.length === 0) return found
    // They are found once, for the first rule that asks for them.
    let domains: readonly string[] | undefined
    const domainsOfEvent = () => {
      domains ??= domainsOf(subject)
      return domains
    }
    const held = found.filter((at) => factsHold[at]?.(event, facts, domainsOfEvent) ?? true)
    return held.length > 1 ? held.sort(ascending) : held
  }

  return {
    version,
    asksConsent: policy.rules.some(({ then }) => then.consent !== undefined),
    treatsPeople: policy.rules.some(treatsPeople),
    asksCommonAction: fields.has('commonAction'),
    blocklist: blocklist.length === 0 ? undefined : compileBlocklist(blocklist),
    matching,
    decide: (event, facts) => combine(event, matching(event, facts), facts),
  }
}

/** Tells whether a rule may change or take away what is said of a person. */
export function treatsPeople({ then, facts }: Rule): boolean {
  if (then.personal !== undefined || then.consent !== undefined) return true
  return then.privacyLevel === 'pii' || facts?.under13 !== undefined
}

const always = () => true
const matcherOfAll = (condition: Condition | undefined) =>
  condition === undefined ? always : matcherOf(condition)

function factsHoldOf({ facts: asked }: Rule): FactsHold | undefined {
  if (asked === undefined) return undefined
  const { under13, optOut, domain, sampling } = asked
  return function factsHold(event, facts, domains) {
    if (under13 !== undefined && facts.isUnder13 !== under13) return false
    if (optOut !== undefined && facts.isOptedOut !== optOut) return false
    if (sampling !== undefined && !sampling.includes(samplingClassOf(event))) return false
    if (domain === undefined) return true
    return domains().some((one) => domain.some((wanted) => isOfDomain(one, wanted)))
  }
}

function filledIn(event: Governable): Governable {
  const { privacyLevel = 'standard', retentionClass = 'standard' } = event
  return { ...event, privacyLevel, retentionClass }
}

/** Lists the fields of the record that a condition asks for. */
export function fieldsIn(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(fieldsIn)
  if ('any' in condition) return condition.any.flatMap(fieldsIn)
  if ('not' in condition) return fieldsIn(condition.not)
  const place = placeOf(condition.path)
  return place.of === 'record' ? [keyOfPlace(place)] : []
}

const ascending = (a: number, b: number) => a - b
