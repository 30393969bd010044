import type { Issue } from '../../error/issue'
import type { EventType } from '../../event/event-type'
import { type RetentionClass, retentionClasses } from '../../event/record'
import { checkBlocklist, readBlocklist } from '../blocklist/read'
import { treatsPeople } from './compile'
import {
  addressForms,
  defaultPolicy,
  optOutSignals,
  type Policy,
  type Rule,
  treatments,
} from './policy'
import { checkSampling } from './protected'
import { costOfRule, readDescription, readRule } from './read-rule'
import {
  createRemarks,
  got,
  isObject,
  type Members,
  oneOf,
  type Path,
  type Remarks,
  refuseUnknown,
  someOf,
} from './refusing'

/** A document was read: it is a policy, or these are the reasons why it is none. */
export type PolicyRead =
  | {
      policy: Policy
      /** The document without its version, to be shown again. */
      document: Members
      /** Whoever put it should know this. */
      warnings: Issue[]
      errors?: undefined
    }
  | { errors: Issue[]; policy?: undefined; document?: undefined; warnings?: undefined }

/** A type as far as sampling asks. */
export type SampledType = Pick<EventType, 'name' | 'category' | 'sampling'>

/** Half a thousand rules are more than a school has courses that need one; an index finds those that match. */
export const MAX_RULES = 500
/** A document has at most so many bytes as JSON: rules of a usual length, with lists of IRIs. */
export const MAX_POLICY_BYTES = 256 * 1024
// At 50 ns each 1 (`costOf`), an event waits a quarter of a millisecond at the worst, if no index helps.
const MAX_COST = 5_000
// A hundred years.
const MAX_DAYS = 36_500

const names = [
  ...['version', 'description', 'rules', 'blocklist', 'under13', 'pii', 'unreadable'],
  ...['erased', 'optOut', 'addresses', 'retentionDays'],
]
// The answer of `GET /policies` has these, and may be put again as it is.
const readOnly = ['changedAt', 'changedBy', 'rolledBackTo']
const includes = ['include', 'includes', 'extends', 'import', 'imports']

/**
 * Reads the document of a policy, parsed.
 * @param types the types that are registered, by which it is told what may be sampled; left out, it is not told
 */
export function readPolicy(
  value: unknown,
  { types }: { types?: Iterable<SampledType> } = {},
): PolicyRead {
  const remarks = createRemarks()
  const { refuse, errors, warnings } = remarks
  if (!isObject(value)) {
    refuse([], `Must be an object, such as { "rules": [] }; ${got(value)}`)
    return { errors }
  }
  const size = sizeOf(value)
  if (size === undefined) refuse([], 'Must not contain itself')
  else if (size > MAX_POLICY_BYTES) {
    refuse([], `Must have at most ${MAX_POLICY_BYTES} bytes as JSON; got ${size}`, 'too_large')
  }
  if (errors.length > 0) return { errors }
  for (const name of includes) {
    if (!Object.hasOwn(value, name)) continue
    const rule =
      'There are no includes: a policy is one document. In YAML, anchors say a thing once'
    refuse([name], rule, 'unknown_name')
  }
  const { document, rest } = split(value)
  refuseUnknown(rest, [...names, ...includes], [], remarks)
  readDescription(value.description, ['description'], remarks)
  const version = readVersion(value.version, remarks)
  const rules = readRules(value.rules, remarks)
  const blocklist = readBlocklist(value.blocklist, ['blocklist'], remarks)
  const settings = readSettings(value, remarks)
  if (types !== undefined) checkSampling(rules, types, remarks)
  checkTogether(rules, remarks)
  checkBlocklist(blocklist, rules, remarks)
  if (errors.length > 0) return { errors }
  const unreadable = settings.unreadable ?? (rules.some(treatsPeople) ? 'withhold' : 'keep')
  const policy = { ...defaultPolicy, ...settings, unreadable, version, rules, blocklist }
  return { policy, document, warnings }
}

/** @returns the bytes of it as JSON; undefined for what contains itself */
function sizeOf(value: object): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(value))
  } catch {
    return undefined
  }
}

/** Parts what a person wrote from what we say of it. */
function split(value: Members) {
  const rest = Object.fromEntries(
    Object.entries(value).filter(([name]) => !readOnly.includes(name)),
  )
  const { version: _, ...document } = rest
  return { rest, document }
}

function readVersion(value: unknown, { refuse }: Remarks): number {
  if (value === undefined) return 0
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  refuse(['version'], `Must be the version that it is based on, a whole number; ${got(value)}`)
  return 0
}

function readRules(value: unknown, remarks: Remarks): Rule[] {
  const { refuse } = remarks
  if (value === undefined) return []
  if (!Array.isArray(value)) {
    refuse(['rules'], `Must be a list of rules; ${got(value)}`)
    return []
  }
  if (value.length > MAX_RULES) {
    refuse(['rules'], `Must have at most ${MAX_RULES} rules; got ${value.length}`, 'too_many')
    return []
  }
  const places = new Map<string, number>()
  const rules: Rule[] = []
  for (const [at, one] of value.entries()) {
    const rule = readRule(one, ['rules', at], remarks)
    if (rule === undefined) continue
    const first = places.get(rule.name)
    if (first === undefined) places.set(rule.name, at)
    else {
      const said = `Must be unique; rule ${first} is called ${rule.name}, too`
      refuse(['rules', at, 'name'], said, 'duplicate_name')
    }
    rules.push(rule)
  }
  const cost = rules.reduce((sum, rule) => sum + costOfRule(rule), 0)
  if (cost > MAX_COST) {
    const said = `Must cost an event at most ${MAX_COST} in all (a comparison 1, one that leads into the item 10, of times ten times that); got ${cost}`
    refuse(['rules'], said, 'too_many')
  }
  return rules
}

type Settings = Partial<Omit<Policy, 'version' | 'rules' | 'blocklist'>>

function readSettings(value: Members, remarks: Remarks): Settings {
  const kept = ['keep', 'withhold'] as const
  const treated = [...treatments, 'keep'] as const
  const word = <Word extends string>(name: string, words: readonly Word[]) =>
    value[name] === undefined ? undefined : oneOf(words, value[name], [name], remarks)
  const optOut =
    value.optOut === undefined
      ? undefined
      : Array.isArray(value.optOut) && value.optOut.length === 0
        ? []
        : someOf(optOutSignals, value.optOut, ['optOut'], remarks)
  const settings = {
    under13: word('under13', treated),
    pii: word('pii', treated),
    unreadable: word('unreadable', kept),
    erased: word('erased', kept),
    addresses: word('addresses', addressForms),
    optOut,
    retentionDays: readDays(value.retentionDays, remarks),
  }
  const given = Object.entries(settings).filter(([, one]) => one !== undefined)
  return Object.fromEntries(given) as Settings
}

function readDays(value: unknown, remarks: Remarks): Policy['retentionDays'] | undefined {
  const path: Path = ['retentionDays']
  const { refuse } = remarks
  if (value === undefined) return undefined
  if (!isObject(value)) return refuse(path, `Must have days by class; ${got(value)}`)
  refuseUnknown(value, retentionClasses, path, remarks)
  const days = { ...defaultPolicy.retentionDays }
  for (const name of retentionClasses) {
    const given = value[name]
    if (given === undefined) continue
    if (Number.isInteger(given) && (given as number) >= 1 && (given as number) <= MAX_DAYS) {
      days[name] = given as number
    } else refuse([...path, name], `Must be 1 to ${MAX_DAYS} whole days; ${got(given)}`)
  }
  // Classes that are more private are never kept for longer.
  const order: [RetentionClass, RetentionClass][] = [
    ['pii', 'sensitive'],
    ['sensitive', 'standard'],
  ]
  for (const [stricter, other] of order) {
    if (days[stricter] <= days[other]) continue
    const said = `Must be at most those of ${other}, ${days[other]}; got ${days[stricter]}`
    refuse([...path, stricter], said)
  }
  return days
}

/** Warns of rules that ask the same events for what cannot both be. */
function checkTogether(rules: readonly Rule[], { warn }: Remarks) {
  const first = new Map<string, { rule: Rule; at: number }>()
  for (const [at, rule] of rules.entries()) {
    const key = JSON.stringify([rule.when, rule.facts])
    const before = first.get(key)
    if (before === undefined) {
      first.set(key, { rule, at })
      continue
    }
    const said = `${rule.name} and ${before.rule.name} are for the same events`
    warn(['rules', at], `${said}; of what both ask for, the strictest counts`, 'same_events')
  }
}
