import type { Condition } from '../../event/condition'
import { asCondition, readCondition } from '../../event/conditions'
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
const wordsOfConditions = ['path', 'all', 'any', 'not']

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
    if (isObject(part) && !wordsOfConditions.some((name) => Object.hasOwn(part, name))) {
      if (Object.hasOwn(part, 'field')) readFields(part, at)
      else for (const [name, wanted] of Object.entries(part)) readNamed(name, wanted, at)
      return
    }
    const { condition, errors = [] } = readCondition(part, at)
    if (condition !== undefined) conditions.push(condition)
    for (const issue of errors) remarks.refuse(issue.path, issue.message, issue.code)
  }

  function readNamed(name: string, wanted: unknown, at: Path) {
    const own = [...at, name.slice(0, 80)]
    if ((factNames as readonly string[]).includes(name)) {
      const fact = name as keyof FactsAsked
      if (facts[fact] !== undefined) remarks.refuse(own, 'Must be given once')
      return Object.assign(facts, { [fact]: readFact(fact, wanted, own, remarks) })
    }
    const fields = Object.hasOwn(shortNames, name)
      ? shortNames[name as keyof typeof shortNames]
      : [fieldNamed(name)?.name].filter((field) => field !== undefined)
    if (fields.length === 0) {
      const near = nearest(name, [...Object.keys(shortNames), ...factNames])
      const hint = near === undefined ? knownFields(name) : `did you mean ${near}?`
      return remarks.refuse(own, `Not known here; ${hint}`, 'unknown_name')
    }
    const before = remarks.errors.length
    const any = fields.map((field) => {
      // It is said once what is wrong with a value, by the name that was written.
      const told = remarks.errors.length > before ? silent : remarks
      const renamed = {
        ...told,
        refuse: (_: Path, ...rest: [string, string?]) => told.refuse(own, ...rest),
      }
      return readFieldFilter({ [field]: wanted }, at, renamed).map(asCondition)
    })
    conditions.push(...(any.length === 1 ? any[0]! : [{ any: any.flat() }]))
  }

  function readFields(members: Members, at: Path) {
    if (isFieldFilter(members)) {
      conditions.push(...readFieldFilter(members, at, remarks).map(asCondition))
    }
  }
}

const silent = { errors: [], refuse: () => undefined }

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
