import { show } from '../../../error/shown-value'
import { type Model, subtypesOf } from '../model/model'
import { type ProfileRow, profiles } from '../model/profiles'
import { term } from '../model/terms'
import type { Node } from '../node'
import { add, type FoundIssue, type Rule } from './found-issue'
import { error, got, type Rules, warning } from './rules'

/** A profile says this of a type of event, for some of its actions or for all. */
interface Row {
  actions: ReadonlySet<string> | undefined
  ranges: { name: string; types: ReadonlySet<string>; rule: Rule }[]
}

/**
 * Checks the profile that an event names, and whether it has this type of event and these entities.
 * Both are warnings: section 3 describes what its profiles "support", without a MUST.
 * @param type undefined for a vendor's own, which no profile has
 */
export function profileCheck(type: string | undefined, model: Model, rules: Rules) {
  const { sections } = rules
  const unknown = error(
    'unknown_profile',
    sections.profiles,
    (name) => `${show(name)} is not a profile`,
  )
  const outside = warning(
    'outside_profile',
    sections.profiles,
    (name) => `${show(name)} has no ${type}`,
  )
  const known = new Set(Object.keys(profiles))
  /** Profiles that have the event and say no more of it. */
  const plain = new Set<unknown>()
  /** Profiles that do. */
  const narrower = new Map<unknown, Row[]>()
  for (const [name, table] of Object.entries(profiles)) {
    const own = table.filter(({ event }) => event === type)
    const rows = own.filter(({ has }) => has !== undefined)
    if (rows.length > 0)
      narrower.set(
        name,
        rows.map((row) => rowOf(name, row)),
      )
    else if (own.length > 0) plain.add(name)
  }

  return function checkProfile(event: Node, found: FoundIssue[]): void {
    const { profile } = event
    if (plain.has(profile)) return
    const rows = narrower.get(profile)
    if (rows !== undefined) for (const row of rows) checkRow(row, event, found)
    else odd(profile, found)
  }

  function checkRow({ actions, ranges }: Row, event: Node, found: FoundIssue[]): void {
    if (actions !== undefined && !actions.has(event.action as string)) return
    for (const { name, types, rule } of ranges) {
      const value = event[name]
      if (typeof value !== 'object' || value === null) continue
      const { type } = value as Node
      // The check of a type that is not Caliper's has said so.
      const isKnown = typeof type === 'string' && model.entities.has(type)
      if (isKnown && !types.has(type)) add(found, name, type, rule)
    }
  }

  function odd(profile: unknown, found: FoundIssue[]): void {
    const name = typeof profile === 'string' ? profileTerm(profile) : ''
    if (profile === null || profile === '') add(found, 'profile', profile, rules.emptyValue)
    else if (!known.has(name)) add(found, 'profile', profile, unknown)
    else if (name !== profile) add(found, 'profile', profile, rules.termIsIri)
    else if (type !== undefined) add(found, 'profile', profile, outside)
  }

  function rowOf(profile: string, { actions, has = {} }: ProfileRow): Row {
    return {
      actions: actions === undefined ? undefined : new Set(actions.split(' ')),
      ranges: Object.entries(has).map(([name, text]) => ({
        name,
        types: subtypesOf(model, text.split(' | ')),
        rule: warning(
          'outside_profile',
          sections.profiles,
          got(`${profile} has ${text.replaceAll('|', 'or')} here`),
        ),
      })),
    }
  }
}

function profileTerm(iri: string): string {
  return term(iri).replace(/^profiles\//, '')
}
