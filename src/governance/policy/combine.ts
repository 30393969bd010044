import type { EventRecord, RetentionClass } from '../../event/record'
import { PARENTAL } from '../consents/consents'
import type { Decision, Facts, FieldTreatment, Governable } from './decision'
import { type Policy, type Rule, treatments } from './policy'
import { isSampled, samplingClassOf } from './sampling'

type Level = EventRecord['privacyLevel']

const levels: readonly Level[] = ['standard', 'sensitive', 'pii']
// The first counts where several are kept for as long.
const classes: readonly RetentionClass[] = ['pii', 'sensitive', 'system', 'standard']

const NONE: readonly FieldTreatment[] = []

/**
 * Combines what the rules that match an event ask for, and what needs no rule.
 * @param at their places in the policy, in order
 */
export type Combine = (event: Governable, at: readonly number[], facts: Facts) => Decision

// Several rules that match together make a decision of their own: as many as there are in use at one time.
const MAX_KNOWN = 10_000

export function combineBy(policy: Policy): Combine {
  const { under13, pii, retentionDays } = policy
  /** Events of one level and class share their decision, where nothing else of them is asked. */
  const known = new Map<number | string, Decision>()

  function shorterOf(one: RetentionClass | undefined, other: RetentionClass): RetentionClass {
    if (one === undefined || one === other) return other
    const days = retentionDays[one] - retentionDays[other]
    if (days !== 0) return days < 0 ? one : other
    return classes.indexOf(one) < classes.indexOf(other) ? one : other
  }

  return function combine(event, at, facts) {
    const isChild = facts.isUnder13 && under13 !== 'keep' && !hasParentalConsent(facts)
    if (isChild || at.some((place) => variesWith(event, policy.rules[place]!))) {
      return decide(event, rulesAt(at), facts, isChild)
    }
    const key = keyOf(event, at)
    let decision = known.get(key)
    if (decision === undefined) {
      decision = Object.freeze(decide(event, rulesAt(at), facts, false))
      if (known.size >= MAX_KNOWN) known.clear()
      known.set(key, decision)
    }
    return decision
  }

  function rulesAt(at: readonly number[]): readonly Rule[] {
    return at.map((place) => policy.rules[place]!)
  }

  function decide(
    event: Governable,
    rules: readonly Rule[],
    facts: Facts,
    isProtected: boolean,
  ): Decision {
    const sentLevel = event.privacyLevel ?? 'standard'
    const typeClass = event.retentionClass ?? 'standard'
    const fate = fateOf(event, rules, facts)
    if (fate.fate === 'withhold') return withheld(fate, sentLevel, typeClass)

    const level = rules.reduce((so, { then }) => stricterOf(so, then.privacyLevel), sentLevel)
    const found = rules.reduce(
      (so, { then }) => shorterOf(then.retention, so),
      shorterOf(classOf(level), typeClass),
    )
    const treated = treatmentsOf(rules, facts)
    if (isProtected && under13 !== 'keep') {
      const anonymous = under13 === 'drop' && ({ isAnonymous: true } as const)
      treated.push({ rule: 'under13', treatment: under13, ...anonymous })
    }
    if (level === 'pii' && pii !== 'keep') treated.push({ rule: 'pii', treatment: pii })
    const named = rules.filter(
      (rule) =>
        rule.name === fate.by ||
        rule.name === fate.sampledBy ||
        treated.some((one) => one.rule === rule.name) ||
        (rule.then.privacyLevel === level && level !== sentLevel) ||
        (rule.then.retention === found && found !== shorterOf(classOf(level), typeClass)),
    )
    const ours = treated.filter(({ rule }) => rule === 'under13' || rule === 'pii')
    return {
      rules: [...named, ...ours.map(({ rule }) => ({ name: rule }))].map(({ name }) => name),
      fate: fate.fate,
      by: fate.by,
      sampleRate: fate.sampleRate,
      treatments: strictest(treated),
      privacyLevel: level,
      retentionClass: found,
    }
  }
}

/** Tells whether a rule asks for what is not the same for all events of a level and a class. */
function variesWith(event: Governable, { then }: Rule): boolean {
  if (then.consent !== undefined) return true
  return (then.sampling ?? 1) < 1 && samplingClassOf(event) !== 'never'
}

/** Names what a decision is made of: level, class and rules. */
function keyOf(event: Governable, at: readonly number[]): number | string {
  const { privacyLevel = 'standard', retentionClass = 'standard' } = event
  const which = levels.indexOf(privacyLevel) * classes.length + classes.indexOf(retentionClass)
  if (at.length > 1) return `${which} ${at.join()}`
  // Without a rule, and with one, a number does.
  return which + levels.length * classes.length * ((at[0] ?? -1) + 1)
}

interface Fate extends Pick<Decision, 'fate' | 'by' | 'isCounted' | 'sampleRate'> {
  sampledBy?: string
}

/** Finds out whether it is kept: each kind of reason in turn, of several rules the first in the document. */
function fateOf(event: Governable, rules: readonly Rule[], facts: Facts): Fate {
  const dropping = rules.find(({ then }) => then.action === 'DROP')
  if (dropping !== undefined) return { fate: 'withhold', by: dropping.name }
  const denied = rules.filter(({ then }) => then.consent && !isGranted(then.consent, facts))
  const unkept =
    denied.find(({ then }) => then.consent!.without === 'drop') ??
    denied.find(({ then }) => then.consent!.without === 'count')
  if (unkept !== undefined) {
    const isCounted = unkept.then.consent!.without === 'count' ? true : undefined
    return { fate: 'withhold', by: unkept.name, isCounted }
  }
  const sampling = sampledBy(event, rules)
  const rate = sampling?.then.sampling
  if (rate !== undefined && !isSampled(event, rate)) {
    return { fate: 'withhold', by: sampling!.name }
  }
  const holding = rules.find(({ then }) => then.action === 'MAINTAIN')
  return {
    fate: holding === undefined ? 'keep' : 'hold',
    by: holding?.name,
    ...(rate !== undefined && { sampleRate: rate, sampledBy: sampling!.name }),
  }
}

/** @returns the rule with the lowest rate, where the event may be sampled and one asks for less than all */
function sampledBy(event: Governable, rules: readonly Rule[]): Rule | undefined {
  let lowest: Rule | undefined
  for (const rule of rules) {
    if ((rule.then.sampling ?? 1) < (lowest?.then.sampling ?? 1)) lowest = rule
  }
  return lowest !== undefined && samplingClassOf(event) !== 'never' ? lowest : undefined
}

function withheld(fate: Fate, level: Level, type: RetentionClass): Decision {
  const { by, isCounted } = fate
  const rest = { treatments: NONE, privacyLevel: level, retentionClass: type }
  return { rules: [by!], fate: 'withhold', by, isCounted, ...rest }
}

function treatmentsOf(rules: readonly Rule[], facts: Facts): FieldTreatment[] {
  const found: FieldTreatment[] = []
  for (const { name, then } of rules) {
    if (then.consent?.without === 'anonymous' && !isGranted(then.consent, facts)) {
      found.push({ rule: name, treatment: 'drop', isAnonymous: true })
    }
    if (then.personal !== undefined) {
      const fields = then.fields && { fields: then.fields }
      found.push({ rule: name, treatment: then.personal, ...fields })
    }
  }
  return found
}

/**
 * Leaves of the treatments of all declared fields the strictest, the first of several that are as strict; what is
 * stricter comes first.
 */
function strictest(all: readonly FieldTreatment[]): readonly FieldTreatment[] {
  if (all.length <= 1) return all
  const sorted = all.toSorted((a, b) => rankOf(a) - rankOf(b))
  const whole = sorted.find((one) => one.fields === undefined)
  return sorted.filter((one) => one.fields !== undefined || one === whole)
}

const rankOf = ({ treatment, isAnonymous }: FieldTreatment) =>
  isAnonymous ? -1 : treatments.indexOf(treatment)

/** A browser that opts out denies every category, but not for the parents. */
function isGranted({ category }: { category: string }, facts: Facts): boolean {
  if (facts.isOptedOut && category !== PARENTAL) return false
  return facts.consents.get(category) === 'granted'
}

const hasParentalConsent = ({ consents }: Facts) => consents.get(PARENTAL) === 'granted'

const classOf = (level: Level): RetentionClass | undefined =>
  level === 'standard' ? undefined : level

const stricterOf = (one: Level, other: Level = 'standard'): Level =>
  levels.indexOf(other) > levels.indexOf(one) ? other : one
