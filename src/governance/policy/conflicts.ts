import {
  type Consequences,
  type Policy,
  type Rule,
  transmissions,
  treatments,
  withoutConsent,
} from './policy'

/** Two rules asked one event for what cannot both be. */
export interface Conflict {
  about: string
  /** This rule was carried out, being the stricter. */
  won: string
  lost: string
}

// An event of more rules is a policy that no person can read; their first pairs tell it.
const MAX_RULES = 10

interface Kind {
  about: keyof Consequences
  /** Says what a rule asks for, as text; undefined where it asks for nothing. */
  askedBy(then: Consequences): string | undefined
  /** Ranks what is asked: the lowest is the strictest. */
  rankOf(then: Consequences): number
}

const levels = ['pii', 'sensitive', 'standard']
const consents = withoutConsent.toReversed()

function kindsBy({ retentionDays }: Pick<Policy, 'retentionDays'>): Kind[] {
  return [
    {
      about: 'action',
      askedBy: ({ action }) => action,
      rankOf: ({ action }) => -transmissions.indexOf(action!),
    },
    {
      about: 'sampling',
      askedBy: ({ sampling }) => sampling?.toString(),
      rankOf: ({ sampling }) => sampling!,
    },
    {
      about: 'consent',
      askedBy: ({ consent }) => consent?.without,
      rankOf: ({ consent }) => consents.indexOf(consent!.without),
    },
    {
      about: 'personal',
      // Rules of different fields each have their own.
      askedBy: ({ personal, fields }) => (fields === undefined ? personal : undefined),
      rankOf: ({ personal }) => treatments.indexOf(personal!),
    },
    {
      about: 'retention',
      askedBy: ({ retention }) => retention,
      rankOf: ({ retention }) => retentionDays[retention!],
    },
    {
      about: 'privacyLevel',
      askedBy: ({ privacyLevel }) => privacyLevel,
      rankOf: ({ privacyLevel }) => levels.indexOf(privacyLevel!),
    },
  ]
}

/** Makes what finds the rules that contradict, among those that match an event. */
export function conflictsBy(policy: Policy): (rules: readonly Rule[]) => Conflict[] {
  const kinds = kindsBy(policy)
  return function conflictsAmong(rules) {
    if (rules.length < 2) return []
    const some = rules.slice(0, MAX_RULES)
    return kinds.flatMap(({ about, askedBy, rankOf }) => {
      const asking = some.filter(({ then }) => askedBy(then) !== undefined)
      if (asking.length < 2) return []
      const won = asking.reduce((so, one) => (rankOf(one.then) < rankOf(so.then) ? one : so))
      return asking
        .filter(({ then }) => askedBy(then) !== askedBy(won.then))
        .map((lost) => ({ about, won: won.name, lost: lost.name }))
    })
  }
}
