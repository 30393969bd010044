import type { Condition, Scalar } from '../event/condition'
import type { StandardName } from '../event/record'
import type { Sending } from './governance'
import type { Facts, FieldTreatment } from './policy/decision'
import type { Policy, Rule } from './policy/policy'

/** It says what is done with an item of which no event was read, so that rules can be asked in part only. */
export interface Uncertain {
  /** A rule that concerns it for sure forbids to keep it. */
  withheldBy?: string | undefined
  treatments: FieldTreatment[]
}

type Known = Readonly<Record<string, Scalar | undefined>>

// Columns of the lake name the same fields.
const knownFields = ['tenantId', 'tenant_id', 'sourceId', 'source_id', 'standard'] as const

/**
 * Says what a policy asks of an item that is no event: whatever a rule might ask of people in it, if it
 * were one. It is not thrown away by a rule that might not have concerned it.
 * @param raw holds the level that its sender gave it, if any
 */
export function uncertainly(
  policy: Policy,
  { raw, sending, standard }: { raw: string; sending: Sending; standard: StandardName },
  facts: Facts,
): Uncertain {
  const { tenantId, sourceId } = sending
  const known = { tenantId, tenant_id: tenantId, sourceId, source_id: sourceId, standard }
  const treatments: FieldTreatment[] = []
  let withheldBy: string | undefined

  if (
    facts.isUnder13 &&
    facts.consents.get('parental') !== 'granted' &&
    policy.under13 !== 'keep'
  ) {
    const isAnonymous = policy.under13 === 'drop' && ({ isAnonymous: true } as const)
    treatments.push({ rule: 'under13', treatment: policy.under13, ...isAnonymous })
  }
  if (policy.pii !== 'keep' && raw.includes('"pii"')) {
    treatments.push({ rule: 'pii', treatment: policy.pii })
  }
  for (const { name, when, facts: asked, then } of policy.rules) {
    const matches = both(matchOf(when, known), matchOfFacts(asked, facts))
    if (matches === false) continue
    const { personal: treatment, fields, consent, action } = then
    if (treatment !== undefined) treatments.push({ rule: name, treatment, fields })
    if (action === 'DROP' && matches === true) withheldBy ??= name
    const isGranted = !facts.isOptedOut && facts.consents.get(consent?.category ?? '') === 'granted'
    if (consent === undefined || isGranted) continue
    treatments.push({ rule: name, treatment: 'drop', isAnonymous: true })
    if (consent.without !== 'anonymous' && matches === true) withheldBy ??= name
  }
  return { withheldBy, treatments }
}

type Match = boolean | 'unknown'

function both(a: Match, b: Match): Match {
  if (a === false || b === false) return false
  return a === true && b === true ? true : 'unknown'
}

function not(a: Match): Match {
  return a === 'unknown' ? a : !a
}

function matchOfFacts(asked: Rule['facts'], facts: Facts): Match {
  if (asked === undefined) return true
  const { under13, optOut, ...others } = asked
  // No sign of age is found in what cannot be read: it may be there all the same.
  const ofAge: Match =
    under13 === undefined ? true : facts.isUnder13 ? under13 : under13 ? 'unknown' : true
  const ofSignal: Match = optOut === undefined || optOut === facts.isOptedOut
  const isMore = Object.values(others).some((one) => one !== undefined)
  return both(both(ofAge, ofSignal), isMore ? 'unknown' : true)
}

function matchOf(when: Condition | undefined, known: Known): Match {
  if (when === undefined) return true
  if ('all' in when) {
    return when.all.map((one) => matchOf(one, known)).reduce(both, true as Match)
  }
  if ('any' in when) {
    return not(when.any.map((one) => not(matchOf(one, known))).reduce(both, true as Match))
  }
  if ('not' in when) return not(matchOf(when.not, known))
  if (!knownFields.includes(when.path as (typeof knownFields)[number])) return 'unknown'
  const value = known[when.path]
  if ('equals' in when) return value === when.equals
  if ('in' in when) return when.in.includes(value as Scalar)
  if ('prefix' in when) return String(value).startsWith(when.prefix)
  if ('exists' in when) return when.exists
  return 'unknown'
}
