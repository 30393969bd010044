import type { Bounds, Condition, Scalar } from '../condition'
import { comparesTimes, matcherOf, scalarsAt } from './match'
import { type Place, placeOf } from './path'
import type { Subject } from './subject'
import { instantOf } from './values'

/** A reason says of one part of a condition how it fares with a subject, and why. */
export interface Reason {
  /** The way from the condition to this part, e.g. `['all', 1, 'not']`. */
  path: (string | number)[]
  holds: boolean
  /** For a person: what the event has, and what was asked, e.g. `score is 0.7, not less than 0.5`. */
  message: string
}

type Leaf = Extract<Condition, { path: string }>

/**
 * Explains why a condition holds of a subject, or does not: of a condition that holds by those of
 * its parts that make it hold, else by those that fail. Before the parts of one that fails stands how
 * many of them hold.
 */
export function explain(condition: Condition, subject: Subject): Reason[] {
  return reasonsOf(condition, subject, [])
}

function reasonsOf(condition: Condition, subject: Subject, path: Reason['path']): Reason[] {
  const holds = matcherOf(condition)(subject)
  if ('all' in condition) return ofGroup('all', condition.all, holds, subject, path)
  if ('any' in condition) return ofGroup('any', condition.any, holds, subject, path)
  if ('not' in condition) {
    const said = holds ? 'not: what it denies does not hold' : 'not: what it denies holds'
    const inner = reasonsOf(condition.not, subject, [...path, 'not'])
    return [{ path, holds, message: said }, ...inner]
  }
  return [{ path, holds, message: sayLeaf(condition, subject, holds) }]
}

function ofGroup(
  name: 'all' | 'any',
  parts: readonly Condition[],
  holds: boolean,
  subject: Subject,
  path: Reason['path'],
): Reason[] {
  const told = parts.map((part, at) => ({ at, part, holds: matcherOf(part)(subject) }))
  const { length } = told.filter((one) => one.holds)
  const message = `${name}: ${length} of ${parts.length} ${length === 1 ? 'holds' : 'hold'}`
  const telling = told.filter((one) => one.holds === holds)
  const inner = telling.flatMap(({ at, part }) => reasonsOf(part, subject, [...path, name, at]))
  return [{ path, holds, message }, ...inner]
}

function sayLeaf(leaf: Leaf, subject: Subject, holds: boolean): string {
  const place = placeOf(leaf.path)
  const name = shortened(leaf.path)
  if ('exists' in leaf) {
    if (leaf.exists !== holds) return `${name} is not there`
    return `${name} is there${sayValues(scalarsAt(subject, place))}`
  }
  const found = foundAt(subject, place)
  const asked = sayAsked(leaf)
  if (found === undefined) {
    // Somebody may ask for null, as which a condition sees a field of the record without a value.
    return holds ? `${name} has no value: ${asked}` : `${name} has no value, asked is ${asked}`
  }
  const [first, ...more] = found
  if (first === undefined) return `${name} has no value that can be compared, asked is ${asked}`
  const has = more.length === 0 ? `${name} is ${show(first)}` : `${name} has ${listed(found)}`
  const other = more.length === 0 ? otherKind(leaf, first) : undefined
  if (holds) return 'equals' in leaf && more.length === 0 ? has : `${has}: ${asked}`
  return other === undefined ? `${has}, not ${asked}` : `${has}, which is no ${other}: not ${asked}`
}

/** @returns undefined where nothing is; a field of the record without a value is null to a condition */
function foundAt(subject: Subject, place: Place): readonly Scalar[] | undefined {
  const scalars = scalarsAt(subject, place)
  if (place.of === 'item') return subject.inItem(place).isThere ? scalars : undefined
  return scalars.length === 1 && scalars[0] === null ? undefined : scalars
}

const wordsOfBounds = { gt: 'more than', gte: 'at least', lt: 'less than', lte: 'at most' } as const

function sayAsked(leaf: Exclude<Leaf, { exists: boolean }>): string {
  if ('equals' in leaf) return show(leaf.equals)
  if ('in' in leaf) return leaf.in.length === 0 ? 'one of none' : `one of ${listed(leaf.in)}`
  if ('prefix' in leaf) return `beginning with ${show(leaf.prefix)}`
  const bounds = leaf as Bounds
  const said = (['gt', 'gte', 'lt', 'lte'] as const).flatMap((name) => {
    const bound = bounds[name]
    return bound === undefined ? [] : [`${wordsOfBounds[name]} ${show(bound)}`]
  })
  return said.join(' and ')
}

/** Says which kind a value would have to be of, where it is of another and can never be within. */
function otherKind(leaf: Leaf, value: Scalar): string | undefined {
  if ('prefix' in leaf) return typeof value === 'string' ? undefined : 'text'
  if ('equals' in leaf || 'in' in leaf || 'exists' in leaf) return undefined
  if (comparesTimes(leaf)) return instantOf(value) === undefined ? 'time' : undefined
  const { gt, gte = gt, lt = gte, lte = lt } = leaf as Bounds
  if (typeof value === typeof lte) return undefined
  return typeof lte === 'number' ? 'number' : 'text'
}

// Enough to recognise a value, and several of them; less than a page.
const SHOWN = 80
const LISTED = 5

function sayValues(values: readonly Scalar[]): string {
  if (values.length === 0) return ''
  return values.length === 1 ? `: ${show(values[0]!)}` : `: ${listed(values)}`
}

/** Shows the first of several values, and says how many more there are. */
export function listed(values: readonly Scalar[]): string {
  const some = values.slice(0, LISTED).map(show).join(', ')
  return values.length > LISTED ? `${some} and ${values.length - LISTED} more` : some
}

// Such a text stands alone in a sentence, and nobody takes it for two values. It is quoted where it could be a
// number or a word of JSON.
const PLAIN = /^[^\s"',;]*[a-z][^\s"',;]*$/i
const words = ['true', 'false', 'null']

/** Shows a value as it may stand in a sentence. */
export function show(value: Scalar): string {
  if (typeof value !== 'string') return String(value)
  const text = shortened(value)
  return PLAIN.test(text) && !words.includes(text) && Number.isNaN(Number(text))
    ? text
    : JSON.stringify(text)
}

function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN).toWellFormed()}…` : text
}
