import { isNetwork } from '../../syntax/networks'
import { transmissions } from '../policy/policy'
import { readDescription, readName } from '../policy/read-rule'
import {
  got,
  isObject,
  type Members,
  oneOf,
  type Path,
  type Remarks,
  refuseUnknown,
} from '../policy/refusing'
import {
  ANY,
  type BlockName,
  type BlockRule,
  blockNames,
  type TimeLimit,
  timeLimits,
} from './blocklist'
import { plainDomain } from './domains'

const ruleNames = ['name', 'description', 'when', 'action', 'timeLimit', 'message']

/** As many as there are rules of events: schools, programs and networks that somebody has written down. */
export const MAX_BLOCKS = 500
/** Each is found by an index, or compared once a request. */
export const MAX_BLOCK_VALUES = 100
// A hundred years, in milliseconds: far from where a clock of JavaScript ends, where a client adds it to the time.
export const MAX_MS = 36_500 * 24 * 60 * 60 * 1000
// A client shows it in a line.
export const MAX_MESSAGE = 200
// Ids of tenants and sources, and names that clients give themselves, have no more.
const MAX_VALUE = 255

/** Reads the member `blocklist` of a policy. */
export function readBlocklist(value: unknown, path: Path, remarks: Remarks): BlockRule[] {
  const { refuse } = remarks
  if (value === undefined) return []
  if (!Array.isArray(value)) {
    refuse(path, `Must be a list of rules; ${got(value)}`)
    return []
  }
  if (value.length > MAX_BLOCKS) {
    refuse(path, `Must have at most ${MAX_BLOCKS} rules; got ${value.length}`, 'too_many')
    return []
  }
  const rules = value.map((one, at) => readBlock(one, [...path, at], remarks))
  return rules.filter((rule) => rule !== undefined)
}

/** Refuses names that are another rule's, and warns of what can never count. */
export function checkBlocklist(
  blocklist: readonly BlockRule[],
  rules: readonly { name: string }[],
  { refuse, warn }: Remarks,
): void {
  const names = new Map(rules.map(({ name }, at) => [name, `rules[${at}]`]))
  const last = new Map<string, BlockRule>()
  for (const [at, rule] of blocklist.entries()) {
    const first = names.get(rule.name)
    if (first === undefined) names.set(rule.name, `blocklist[${at}]`)
    else {
      const said = `Must be unique; ${first} is called ${rule.name}, too`
      refuse(['blocklist', at, 'name'], said, 'duplicate_name')
    }
  }
  // The last of rules for the same senders counts, so they are gone through from the end.
  for (const [at, rule] of [...blocklist.entries()].reverse()) {
    for (const member of ['action', 'timeLimit', 'message'] as const) {
      if (rule[member] === undefined) continue
      const key = JSON.stringify([member, sortedSenders(rule)])
      const later = last.get(key)
      if (later === undefined) last.set(key, rule)
      else {
        const said = `The ${member} of ${rule.name} never counts: ${later.name} is for the same senders, and comes later`
        warn(['blocklist', at, member], said, 'same_senders')
      }
    }
  }
}

const sortedSenders = ({ when }: BlockRule) =>
  blockNames.map((name) => when[name]?.toSorted() ?? null)

function readBlock(value: unknown, path: Path, remarks: Remarks): BlockRule | undefined {
  const { refuse, warn, errors } = remarks
  if (!isObject(value)) {
    return refuse(path, `Must be an object with name, when and action; ${got(value)}`)
  }
  refuseUnknown(value, ruleNames, path, remarks)
  readDescription(value.description, [...path, 'description'], remarks)
  const name = readName(value.name, [...path, 'name'], remarks)
  const when = readSenders(value.when, [...path, 'when'], remarks)
  const action =
    value.action === undefined
      ? undefined
      : oneOf(transmissions, value.action, [...path, 'action'], remarks)
  const timeLimit = readTimeLimit(value.timeLimit, [...path, 'timeLimit'], remarks)
  const message = readMessage(value.message, [...path, 'message'], remarks)
  if (errors.length > 0 || name === undefined || when === undefined) return undefined
  if (action === undefined && timeLimit === undefined && message === undefined) {
    return refuse(path, 'Must have one of action, timeLimit, message at least', 'required')
  }
  if (action === 'DROP' && timeLimit !== undefined && timeLimit !== 'PERMANENT') {
    const said = `${name} drops for ever: a time limit is for MAINTAIN`
    warn([...path, 'timeLimit'], said, 'unused_time_limit')
  }
  const isForAll = Object.keys(when).length === 0
  if (isForAll && action !== undefined && action !== 'TRANSMIT') {
    warn(path, `The rule ${name} blocks every sender`, 'matches_everything')
  }
  const said = { action, timeLimit, message }
  const given = Object.entries(said).filter(([, one]) => one !== undefined)
  return { name, when, ...Object.fromEntries(given) }
}

function readSenders(value: unknown, path: Path, remarks: Remarks): BlockRule['when'] | undefined {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) {
    const rule = `Must name facts of the sender (${blockNames.join(', ')}) with their values`
    return remarks.refuse(path, `${rule}; ${got(value)}`)
  }
  refuseUnknown(value, blockNames, path, remarks)
  const names = blockNames.filter((name) => value[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, readValues(name, value, path, remarks)]))
}

function readValues(name: BlockName, from: Members, path: Path, remarks: Remarks): string[] {
  const value = from[name]
  const at = [...path, name]
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0 || list.length > MAX_BLOCK_VALUES) {
    remarks.refuse(at, `Must have 1 to ${MAX_BLOCK_VALUES} values; got ${list.length}`)
    return []
  }
  const { isGood, rule, plain } = forms[name]
  const wrong = list.findIndex((one) => typeof one !== 'string' || (one !== ANY && !isGood(one)))
  if (wrong < 0) return [...new Set((list as string[]).map(plain))]
  remarks.refuse(Array.isArray(value) ? [...at, wrong] : at, `${rule}; ${got(list[wrong])}`)
  return []
}

interface Form {
  isGood(text: string): boolean
  rule: string
  /** Two ways to write one value become one. */
  plain(text: string): string
}

const DOMAIN = /^(?:\*\.)?[\p{L}\p{N}_](?:[\p{L}\p{N}._-]{0,251}[\p{L}\p{N}])?$/u
const named = (what: string): Form => ({
  isGood: (text) => text.trim() !== '' && text.length <= MAX_VALUE && text.isWellFormed(),
  rule: `Must be ${what}, a text of at most ${MAX_VALUE} characters`,
  plain: (text) => text,
})

const forms: Record<BlockName, Form> = {
  tenant: named('the id of a tenant'),
  source: named('the id of a source, or what a client calls its own'),
  domain: {
    isGood: (text) => DOMAIN.test(text),
    rule: 'Must be a domain (example.org, *.example.org for all below it, * for any)',
    plain: plainDomain,
  },
  address: {
    isGood: isNetwork,
    rule: 'Must be an address or a network (203.0.113.7, 203.0.113.0/24, 2001:db8::/32)',
    plain: (text) => text.toLowerCase(),
  },
}

function readTimeLimit(value: unknown, path: Path, { refuse }: Remarks): TimeLimit | undefined {
  if (value === undefined) return undefined
  if ((timeLimits as readonly unknown[]).includes(value)) return value as TimeLimit
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_MS) {
    return value as number
  }
  const rule = `Must be ${timeLimits.join(', ')}, or 1 to ${MAX_MS} whole milliseconds`
  return refuse(path, `${rule}; ${got(value)}`)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/

function readMessage(value: unknown, path: Path, { refuse }: Remarks): string | undefined {
  if (value === undefined) return undefined
  const isText = typeof value === 'string' && value.trim() !== '' && value.length <= MAX_MESSAGE
  if (isText && value.isWellFormed() && !CONTROL.test(value)) return value
  return refuse(path, `Must be a line of 1 to ${MAX_MESSAGE} characters; ${got(value)}`)
}
