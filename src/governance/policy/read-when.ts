import type { Condition } from '../../event/condition'
import { asCondition, MAX_CONDITION_DEPTH, readCondition } from '../../event/conditions'
import { isFieldFilter, readFieldFilter } from '../../event/conditions/field-filters'
import { fieldNamed, knownFields } from '../../event/conditions/fields'
import { keyOfPlace, placeOf } from '../../event/conditions/path'
import { samplingClasses } from '../../event/event-type'
import { environments, type FactsAsked } from './policy'
import { valuesOf } from './reach'
import {
  got,
  isObject,
  type Members,
  nearest,
  oneOf,
  type Path,
  type Remarks,
  someOf,
} from './refusing'

/** A rule selects by these: both must hold. */
export interface When {
  condition?: Condition | undefined
  facts?: FactsAsked | undefined
}

/** Short names of policies, beside the fields of the record by their own names. */
export const shortNames = {
  standard: ['standard'],
  source: ['sourceId'],
  type: ['type'],
  category: ['category'],
  role: ['membershipRoles'],
  // The course is the nearest section, and senders name the offering, or a team in it, as the group.
  course: ['courseId', 'groupId'],
} as const satisfies Record<string, readonly string[]>

export const factNames = ['under13', 'optOut', 'environment', 'domain', 'sampling'] as const

// Rules are asked before these are known, or of what they themselves decide.
const unknownYet = [
  ...['occurredAt', 'storedAt', 'skewMs', 'expiresAt', 'sampleRate', 'governedBy'],
  ...['repair.by', 'repair.at', 'repair.paths'],
]

// As many as the filters of a webhook.
const MAX_PARTS = 20
const MAX_DOMAINS = 100
// Enough to recognise a name.
const SHOWN = 80

/**
 * Reads what a rule selects by: a condition, names with values (`{ type: X, under13: true }`), or a list of both,
 * all of which must hold.
 */
export function readWhen(value: unknown, path: Path, remarks: Remarks): When {
  const conditions: Condition[] = []
  const facts: FactsAsked = {}
  const isList = Array.isArray(value)
  if (isList && value.length > MAX_PARTS) {
    remarks.refuse(
      path,
      `Must have at most ${MAX_PARTS} conditions; got ${value.length}`,
      'too_many',
    )
    return {}
  }
  for (const [at, part] of (isList ? value : [value]).entries()) {
    readPart(part, isList ? [...path, at] : path)
  }
  checkValues(conditions, path, remarks)
  const [first, ...more] = conditions
  return {
    condition: more.length === 0 ? first : { all: conditions },
    facts: Object.keys(facts).length === 0 ? undefined : facts,
  }

  function readPart(part: unknown, at: Path) {
    if (isObject(part) && isNames(part)) {
      for (const [name, wanted] of Object.entries(part)) {
        if (isFact(name)) readOneFact(name, wanted, [...at, name])
        else conditions.push(...readNamed(name, wanted, at, remarks))
      }
    } else conditions.push(...readOne(part, at))
  }

  function readOneFact(name: keyof FactsAsked, wanted: unknown, at: Path) {
    if (facts[name] !== undefined) remarks.refuse(at, 'Must be given once')
    Object.assign(facts, { [name]: readFact(name, wanted, at, remarks) })
  }

  function readOne(part: unknown, at: Path): Condition[] {
    if (isObject(part) && Object.hasOwn(part, 'field') && isFieldFilter(part)) {
      return readFieldFilter(part, at, remarks).map(asCondition)
    }
    const before = remarks.errors.length
    const { condition, errors = [] } = readCondition(inFullNames(part, at, 1, remarks), at)
    if (condition !== undefined) return [condition]
    // Nothing is left of names that were refused, which is no further reason.
    if (remarks.errors.length > before) return []
    for (const issue of errors) remarks.refuse(issue.path, issue.message, issue.code)
    return []
  }
}

const isFact = (name: string): name is keyof FactsAsked =>
  (factNames as readonly string[]).includes(name)

/** Tells names with values (`{ type: X }`) from conditions. */
function isNames(part: Members): boolean {
  return !conditionWords.some((name) => Object.hasOwn(part, name))
}

const conditionWords = ['path', 'all', 'any', 'not', 'field']

/** Writes a condition in the language of conditions, where some of its parts are names with values. */
function inFullNames(part: unknown, at: Path, depth: number, remarks: Remarks): unknown {
  if (!isObject(part) || depth > MAX_CONDITION_DEPTH) return part
  if (isNames(part)) {
    const names = Object.entries(part).flatMap(([name, wanted]) => {
      if (!isFact(name)) return readNamed(name, wanted, at, remarks)
      const rule = 'Must stand outside of all, any and not: it is asked of a rule as a whole'
      return remarks.refuse([...at, name], rule) ?? []
    })
    return names.length === 1 ? names[0] : { all: names }
  }
  const full = { ...part }
  for (const group of ['all', 'any'] as const) {
    const list = part[group]
    if (!Array.isArray(list)) continue
    full[group] = list.map((one, place) =>
      inFullNames(one, [...at, group, place], depth + 1, remarks),
    )
  }
  if (Object.hasOwn(part, 'not'))
    full.not = inFullNames(part.not, [...at, 'not'], depth + 1, remarks)
  return full
}

/** Reads the values of one name. */
function readNamed(name: string, wanted: unknown, at: Path, remarks: Remarks): Condition[] {
  const own = [...at, name.slice(0, SHOWN)]
  const fields = Object.hasOwn(shortNames, name)
    ? shortNames[name as keyof typeof shortNames]
    : [fieldNamed(name)?.name].filter((field) => field !== undefined)
  if (fields.length === 0) {
    const near = nearest(name, [...Object.keys(shortNames), ...factNames])
    const hint = near === undefined ? knownFields(name) : `did you mean ${near}?`
    return remarks.refuse(own, `Not known here; ${hint}`, 'unknown_name') ?? []
  }
  const before = remarks.errors.length
  const any = fields.map((field) => {
    // It is said once what is wrong with a value, by the name that was written.
    const refuse: Remarks['refuse'] = (_, message, code) =>
      remarks.errors.length > before ? undefined : remarks.refuse(own, message, code)
    return readFieldFilter({ [field]: wanted }, at, { ...remarks, refuse }).map(asCondition)
  })
  return any.length === 1 ? any[0]! : [{ any: any.flat() }]
}

function readFact(name: keyof FactsAsked, value: unknown, path: Path, remarks: Remarks) {
  if (name === 'environment') return someOf(environments, value, path, remarks)
  if (name === 'sampling') return someOf(samplingClasses, value, path, remarks)
  if (name === 'domain') return readDomains(value, path, remarks)
  if (typeof value === 'boolean') return value
  return remarks.refuse(path, `Must be true or false; ${got(value)}`)
}

const DOMAIN = /^(?:\*\.)?[\p{L}\p{N}_](?:[\p{L}\p{N}._-]{0,251}[\p{L}\p{N}])?$/u

function readDomains(value: unknown, path: Path, { refuse }: Remarks): string[] | undefined {
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0 || list.length > MAX_DOMAINS) {
    return refuse(path, `Must have 1 to ${MAX_DOMAINS} values; got ${list.length}`)
  }
  const wrong = list.findIndex((one) => typeof one !== 'string' || !DOMAIN.test(one))
  if (wrong < 0) return list.map((one) => (one as string).toLowerCase())
  const at = Array.isArray(value) ? [...path, wrong] : path
  return refuse(
    at,
    `Must be a domain (example.org, or *.example.org for all below it); ${got(list[wrong])}`,
  )
}

/** Refuses what no event can have, and what is not known when rules are asked. */
function checkValues(conditions: readonly Condition[], path: Path, remarks: Remarks) {
  function look(condition: Condition) {
    if ('all' in condition) condition.all.forEach(look)
    else if ('any' in condition) condition.any.forEach(look)
    else if ('not' in condition) look(condition.not)
    else {
      const place = placeOf(condition.path)
      if (place.of !== 'record') return
      const field = keyOfPlace(place)
      if (unknownYet.includes(field)) {
        remarks.refuse(
          path,
          `Must not ask for ${field}, which is not known yet when rules are asked`,
        )
      }
      const words = valuesOf[field]?.filter((one) => typeof one === 'string')
      if (words === undefined || words.length === 0) return
      const asked =
        'equals' in condition ? [condition.equals] : 'in' in condition ? condition.in : []
      for (const one of asked) oneOf(words, one, [...path, field], remarks)
    }
  }
  conditions.forEach(look)
}
