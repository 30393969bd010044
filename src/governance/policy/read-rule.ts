import { costOf } from '../../event/conditions'
import { retentionClasses } from '../../event/record'
import { readJsonPath } from './json-path'
import {
  builtInRules,
  type Consequences,
  type Rule,
  transmissions,
  treatments,
  withoutConsent,
} from './policy'
import { reachOf } from './reach'
import { readWhen } from './read-when'
import { got, isObject, oneOf, type Path, type Remarks, refuseUnknown } from './refusing'

const ruleNames = ['name', 'description', 'when', 'then']
const consequenceNames = [
  ...['sampling', 'consent', 'personal', 'fields', 'retention', 'privacyLevel', 'action'],
]

// It stands in receipts, counts and records, and people read it there.
const MAX_NAME = 64
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._:/()+%-]*[\p{L}\p{N})%])?$/u
/** People say so much of a rule, or of a policy. */
const MAX_DESCRIPTION = 1000
const CATEGORY = /^[a-z][a-z0-9_-]{0,63}$/
// Each is looked for in every event that the rule matches.
const MAX_FIELDS = 50

/** @returns undefined where too little of it can be read */
export function readRule(value: unknown, path: Path, remarks: Remarks): Rule | undefined {
  if (!isObject(value))
    return remarks.refuse(path, `Must be an object with name and then; ${got(value)}`)
  refuseUnknown(value, ruleNames, path, remarks)
  readDescription(value.description, [...path, 'description'], remarks)
  const name = readName(value.name, [...path, 'name'], remarks)
  const { condition, facts } =
    value.when === undefined || value.when === null
      ? {}
      : readWhen(value.when, [...path, 'when'], remarks)
  const then = readConsequences(value.then, [...path, 'then'], remarks)
  if (remarks.errors.length > 0 || name === undefined || then === undefined) return undefined
  const reach = condition === undefined ? 'all' : reachOf(condition)
  if (reach === 'none') {
    const rule = 'Must be something that an event can fulfil: these conditions never hold together'
    return remarks.refuse([...path, 'when'], rule, 'matches_nothing')
  }
  if (reach === 'all' && facts === undefined) {
    remarks.warn(path, `The rule ${name} is for every event`, 'matches_everything')
  }
  return {
    name,
    ...(condition !== undefined && reach !== 'all' && { when: condition }),
    ...(facts !== undefined && { facts }),
    then,
  }
}

/** Says what the condition of a rule costs an event at the worst, as `costOf` counts. */
export const costOfRule = ({ when, facts }: Rule) =>
  1 + (when === undefined ? 0 : costOf(when)) + (facts?.domain === undefined ? 0 : DOMAIN_COST)

// The domains of an event, five at the most as a rule, are compared; they are found once for all rules.
const DOMAIN_COST = 5

export function readName(value: unknown, path: Path, { refuse }: Remarks): string | undefined {
  if (value === undefined) return refuse(path, 'Required', 'required')
  if (typeof value !== 'string' || value.length > MAX_NAME || !NAME.test(value)) {
    const rule = `Must be text of 1 to ${MAX_NAME} letters, digits, spaces and . _ : / ( ) + % -`
    return refuse(path, `${rule}; ${got(value)}`)
  }
  if (!(builtInRules as readonly string[]).includes(value)) return value
  return refuse(path, `Must be another name: ${value} is what we call what needs no rule`)
}

export function readDescription(value: unknown, path: Path, { refuse }: Remarks): void {
  if (value === undefined) return
  if (typeof value === 'string' && value.length <= MAX_DESCRIPTION) return
  refuse(path, `Must be text of at most ${MAX_DESCRIPTION} characters; ${got(value)}`)
}

function readConsequences(value: unknown, path: Path, remarks: Remarks): Consequences | undefined {
  const { refuse } = remarks
  if (value === undefined) return refuse(path, 'Required', 'required')
  if (!isObject(value)) return refuse(path, `Must be an object; ${got(value)}`)
  refuseUnknown(value, consequenceNames, path, remarks)
  const given = consequenceNames.filter((name) => value[name] !== undefined)
  if (given.length === 0) {
    return refuse(path, `Must have one of ${consequenceNames.join(', ')} at least`, 'required')
  }
  const then: Consequences = {}
  for (const name of given) {
    const read = readers[name as keyof Consequences](value[name], [...path, name], remarks)
    if (read !== undefined) Object.assign(then, { [name]: read })
  }
  if (value.fields !== undefined && value.personal === undefined) {
    refuse([...path, 'personal'], 'Required: it says what becomes of the fields', 'required')
  }
  return then
}

const readers: Record<
  keyof Consequences,
  (value: unknown, path: Path, remarks: Remarks) => unknown
> = {
  sampling(value, path, { refuse }) {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value
    return refuse(path, `Must be a number from 0 to 1 (0.1 keeps one in ten); ${got(value)}`)
  },
  consent: readConsent,
  personal: (value, path, remarks) => oneOf(treatments, value, path, remarks),
  fields: readFields,
  retention: (value, path, remarks) => oneOf(retentionClasses, value, path, remarks),
  privacyLevel: (value, path, remarks) => oneOf(levels, value, path, remarks),
  action: (value, path, remarks) => oneOf(transmissions, value, path, remarks),
}

const levels = ['standard', 'sensitive', 'pii'] as const

function readConsent(value: unknown, path: Path, remarks: Remarks) {
  const { refuse } = remarks
  if (!isObject(value)) {
    return refuse(
      path,
      `Must be { category, without: ${withoutConsent.join(' | ')} }; ${got(value)}`,
    )
  }
  refuseUnknown(value, ['category', 'without'], path, remarks)
  const { category } = value
  const without = oneOf(withoutConsent, value.without, [...path, 'without'], remarks)
  if (typeof category === 'string' && CATEGORY.test(category))
    return without && { category, without }
  const rule = 'Must be a name in lower case, of at most 64 letters, digits, _ and -'
  return refuse([...path, 'category'], `${rule}; ${got(category)}`)
}

function readFields(value: unknown, path: Path, { refuse }: Remarks): string[] | undefined {
  if (!Array.isArray(value)) return refuse(path, `Must be a list of JSON Paths; ${got(value)}`)
  if (value.length === 0 || value.length > MAX_FIELDS) {
    return refuse(path, `Must have 1 to ${MAX_FIELDS} JSON Paths; got ${value.length}`)
  }
  for (const [at, one] of value.entries()) {
    const read = typeof one === 'string' ? readJsonPath(one) : 'Must be a JSON Path'
    if (typeof read === 'string') refuse([...path, at], `${read}; ${got(one)}`)
  }
  return value as string[]
}
