import type { Issue } from '../../error/issue'
import { MAX_ID_LENGTH } from '../../event/limits'
import type { EventRecord } from '../../event/record'
import { textOf } from './gate'
import { readTime } from './times'

type Item = Record<string, unknown>
type PrivacyLevel = EventRecord['privacyLevel']

const levels = new Set<unknown>(['standard', 'sensitive', 'pii'] satisfies PrivacyLevel[])

/** A member that may be left out is of a kind; one of another kind stays in `raw` alone. */
interface Rule {
  fits(value: unknown): boolean
  message: string
}

const idRule: Rule = {
  // An empty text says that there is none, as with every id.
  fits: (value) => value === '' || shortText(value) !== undefined,
  message: `Expected a text of at most ${MAX_ID_LENGTH} characters, or an integer below 2^53`,
}

const objectRule: Rule = {
  fits: (value) => typeof value === 'object' && !Array.isArray(value),
  message: 'Expected an object',
}

/** Each of these costs an event no more than itself, unlike what the gate asks for. */
const rules: Readonly<Record<string, Rule>> = {
  client_ts: {
    fits: (value) => readTime(value) !== undefined,
    message: 'Expected an ISO 8601 date or time, or seconds or milliseconds since 1970',
  },
  seq: { fits: Number.isSafeInteger, message: 'Expected an integer below 2^53' },
  question_id: {
    fits: (value) => idRule.fits(isObject(value) ? value.id : value),
    message: idRule.message,
  },
  organization_id: idRule,
  event_version: idRule,
  privacy_level: {
    fits: (value) => privacyLevelOf(value) !== undefined,
    message: 'Expected standard, sensitive or pii',
  },
  retention_days: {
    fits: (value) => daysOf(value) !== undefined,
    message: 'Expected a whole number of days, 0 or more',
  },
  context: objectRule,
  device_info: objectRule,
}

const ruled = Object.entries(rules)

/**
 * Tells what an event has members of the wrong kind for. They refuse nothing: the event is stored
 * without them, and departs from the model.
 * @param path of the event
 */
export function envelopeIssues(item: Item, path: Issue['path']): Issue[] {
  return departing(item).map((name) => ({
    path: [...path, name],
    message: rules[name]!.message,
    code: codeOf(name),
  }))
}

/** Returns the codes alone, sorted, as the record has them. */
export function envelopeCodes(item: Item): string[] {
  const names = departing(item)
  return names.length === 0 ? [] : names.map(codeOf).sort()
}

function departing(item: Item): string[] {
  const names: string[] = []
  // By index: this is done once an event, and an iterator costs as much as what is in it.
  for (let i = 0; i < ruled.length; i += 1) {
    const [name, { fits }] = ruled[i]!
    const value = item[name]
    if (value !== undefined && value !== null && !fits(value)) names.push(name)
  }
  return names
}

function codeOf(name: string): string {
  return `invalid_${name}`
}

/** Reads the members of an envelope that say nothing of what happened, each if it is of its kind. */
export function envelopeOf(item: Item) {
  const { seq, event_version: version, organization_id: organization } = item
  return {
    sequence: Number.isSafeInteger(seq) ? (seq as number) : undefined,
    standardVersion: shortText(version),
    organizationId: shortText(organization),
    privacyLevel: privacyLevelOf(item.privacy_level),
    retentionDays: daysOf(item.retention_days),
  }
}

function isObject(value: unknown): value is Item {
  return typeof value === 'object' && value !== null
}

function shortText(value: unknown): string | undefined {
  const text = textOf(value)
  return text !== undefined && text.length <= MAX_ID_LENGTH ? text : undefined
}

/** Letter case says nothing here: who writes `PII` means it. */
function privacyLevelOf(value: unknown): PrivacyLevel | undefined {
  if (typeof value !== 'string' || value.length > 'sensitive'.length) return undefined
  const level = value.toLowerCase()
  return levels.has(level) ? (level as PrivacyLevel) : undefined
}

function daysOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}
