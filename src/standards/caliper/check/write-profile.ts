import { show } from '../../../error/shown-value'
import { type Model, subtypesOf } from '../model/model'
import { type ProfileRow, profiles } from '../model/profiles'
import { term } from '../model/terms'
import { add, type FoundIssue, type Rule } from './found-issue'
import { error, got, type Rules, warning } from './rules'
import { quote } from './write-item'
import type { Writer } from './writer'

interface Needs {
  writer: Writer
  model: Model
  rules: Rules
}

/**
 * Writes the statement that checks the profile that an event names, and whether it has this type of event and
 * these entities. Both are warnings: section 3 describes what its profiles "support", without a MUST.
 */
export function profileWriter({ writer, model, rules }: Needs) {
  const { constant } = writer
  const { sections } = rules
  const unknown = error(
    'unknown_profile',
    sections.profiles,
    (name) => `${show(name)} is not a profile`,
  )
  const known = new Set(Object.keys(profiles))

  // In the code that is written here, `v` is the profile, `o` the event, `w` what stands at one of its properties.

  /** @param type undefined for a vendor's own, which no profile has */
  return function write(type: string | undefined): string {
    const outside =
      type &&
      warning('outside_profile', sections.profiles, (name) => `${show(name)} has no ${type}`)
    const cases = Object.entries(profiles).flatMap(([name, table]) => {
      const own = table.filter(({ event }) => event === type)
      return own.length === 0 ? [] : `case${quote(name)}:${rowsOf(name, own)}break;`
    })
    return `switch(v){${cases.join('')}default:${constant(odd)}(v,f,${constant(outside)})}`
  }

  function rowsOf(profile: string, rows: readonly ProfileRow[]): string {
    return rows.map((row) => rowOf(profile, row)).join('')
  }

  function rowOf(profile: string, { actions, has = {} }: ProfileRow): string {
    const ranges = Object.entries(has).map(([name, text]) => rangeOf(profile, name, text))
    if (actions === undefined) return ranges.join('')
    const isOne = actions.split(' ').map((action) => `o.action===${quote(action)}`)
    return `if(${isOne.join('||')}){${ranges.join('')}}`
  }

  function rangeOf(profile: string, name: string, text: string): string {
    const types = constant(subtypesOf(model, text.split(' | ')))
    const message = got(`${profile} has ${text.replaceAll('|', 'or')} here`)
    const rule = constant(warning('outside_profile', sections.profiles, message))
    const wrong = `${constant(other)}(w.type,f,${quote(name)},${rule})`
    return `{const w=o[${quote(name)}];if(typeof w==='object'&&w!==null&&!${types}.has(w.type))${wrong};}`
  }

  function other(type: unknown, found: FoundIssue[], name: string, rule: Rule): void {
    // The check of a type that is not Caliper's has said so.
    if (typeof type === 'string' && model.entities.has(type)) add(found, name, type, rule)
  }

  function odd(profile: unknown, found: FoundIssue[], outside: Rule | undefined): void {
    const name = typeof profile === 'string' ? profileTerm(profile) : ''
    if (profile === null || profile === '') add(found, 'profile', profile, rules.emptyValue)
    else if (!known.has(name)) add(found, 'profile', profile, unknown)
    else if (name !== profile) add(found, 'profile', profile, rules.termIsIri)
    else if (outside !== undefined) add(found, 'profile', profile, outside)
  }
}

function profileTerm(iri: string): string {
  return term(iri).replace(/^profiles\//, '')
}
