import type { Issue } from '../../../error/issue'
import { type EventType, samplingClasses } from '../../../event/event-type'
import { retentionClasses } from '../../../event/record'
import { mappingIssues } from './mapping-rules'
import { schemaIssues } from './schema-rules'

/** A definition is a type as people write it, in YAML or JSON: an `EventType` with shorter names. */
export interface Definition {
  version?: number
  description: string
  category: string
  commonAction?: string
  payload?: Record<string, unknown>
  envelope?: Record<string, unknown>
  mapping?: NonNullable<EventType['mapping']>
  privacy?: EventType['privacyLevel']
  retention?: EventType['retentionClass']
  sampling?: EventType['sampling']
  limits?: NonNullable<EventType['limits']>
  example?: Record<string, unknown>
}

const privacyLevels = ['standard', 'sensitive', 'pii'] as const

// Members by which a type is read that was taken from GET are taken in PUT as well.
const otherNames: Record<string, keyof Definition> = {
  schema: 'payload',
  privacyLevel: 'privacy',
  retentionClass: 'retention',
}
/** A type that was read has these, too; they are ours to set. */
const stamped = new Set(['name', 'vocabulary', 'createdAt', 'updatedAt', 'updatedBy'])

// A payload of a body as large as is taken anywhere, and more members than anybody names.
const MOST_BYTES = 100 * 1024 * 1024
const MOST_KEYS = 100_000
// A line or two in a list of types, and a heading above some of them.
const MAX_DESCRIPTION = 1000
const MAX_CATEGORY = 100

type Check = (value: unknown, path: Issue['path']) => Issue[]

const checks: Record<keyof Definition, Check> = {
  version: wholeNumber(1, 1_000_000),
  description: textOf(MAX_DESCRIPTION),
  category: textOf(MAX_CATEGORY),
  commonAction: textOf(MAX_CATEGORY),
  payload: schemaIssues,
  envelope: schemaIssues,
  mapping: mappingIssues,
  privacy: oneOf(privacyLevels),
  retention: oneOf(retentionClasses),
  sampling: oneOf(samplingClasses),
  limits: limitIssues,
  example: objectIssues,
}

/**
 * Reads a definition of a type, and finds everything in it that is not taken. Schemas are not
 * compiled; `name` is not judged.
 * @param value of unknown origin
 * @param path of the definition, before each issue's own
 */
export function readDefinition(
  name: string,
  value: unknown,
  { vocabulary = 'tenant', path = [] as Issue['path'] } = {},
): { type: EventType; issues: [] } | { type?: undefined; issues: Issue[] } {
  const notAnObject = objectIssues(value, path)
  if (notAnObject.length > 0) return { issues: notAnObject }
  const issues: Issue[] = []
  const found = new Map<keyof Definition, unknown>()
  for (const [member, part] of Object.entries(value as Record<string, unknown>)) {
    if (stamped.has(member)) continue
    const known = (Object.hasOwn(otherNames, member) ? otherNames[member] : member) as string
    const at = [...path, member]
    if (!Object.hasOwn(checks, known)) {
      const message = `Not known here; a type has ${Object.keys(checks).join(', ')}`
      issues.push({ path: at, message, code: 'unknown_name' })
    } else if (found.has(known as keyof Definition)) {
      issues.push({ path: at, message: `Said twice, as ${known} too`, code: 'duplicate' })
    } else if (part !== undefined && part !== null) {
      found.set(known as keyof Definition, part)
      issues.push(...checks[known as keyof Definition](part, at))
    }
  }
  for (const member of ['description', 'category'] as const) {
    if (found.has(member)) continue
    issues.push({ path: [...path, member], message: 'Required', code: 'required' })
  }
  if (issues.length > 0) return { issues }
  return { type: typeOf(name, vocabulary, Object.fromEntries(found) as never), issues: [] }
}

function typeOf(name: string, vocabulary: string, said: Definition): EventType {
  const { version = 1, description, category, commonAction, payload, envelope, mapping } = said
  const { privacy = 'standard', retention = 'standard', sampling = 'never', limits, example } = said
  return {
    name,
    vocabulary,
    version,
    description,
    category,
    ...(commonAction !== undefined && { commonAction }),
    ...(payload !== undefined && { schema: payload }),
    ...(envelope !== undefined && { envelope }),
    ...(mapping !== undefined && { mapping }),
    privacyLevel: privacy,
    retentionClass: retention,
    sampling,
    ...(limits !== undefined && { limits }),
    ...(example !== undefined && { example: { event_type: name, ...example } }),
  }
}

function wholeNumber(least: number, most: number): Check {
  return (value, path) => {
    if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return []
    return wrong(path, `a whole number from ${least} to ${most}`, value)
  }
}

function textOf(most: number): Check {
  return (value, path) => {
    const isFit = typeof value === 'string' && value.trim() !== '' && value.length <= most
    return isFit ? [] : wrong(path, `a text of 1 to ${most} characters`, value)
  }
}

function oneOf(names: readonly string[]): Check {
  return (value, path) => {
    return names.includes(value as string) ? [] : wrong(path, `one of ${names.join(', ')}`, value)
  }
}

function objectIssues(value: unknown, path: Issue['path']): Issue[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? [] : wrong(path, 'an object', value)
}

const limitChecks = new Map([
  ['maxPayloadBytes', wholeNumber(1, MOST_BYTES)],
  ['maxPayloadKeys', wholeNumber(1, MOST_KEYS)],
])

function limitIssues(value: unknown, path: Issue['path']): Issue[] {
  const issues = objectIssues(value, path)
  if (issues.length > 0) return issues
  return Object.entries(value as object).flatMap(([name, limit]) => {
    const check = limitChecks.get(name)
    if (check !== undefined) return check(limit, [...path, name])
    const message = `Not known here; limits are ${[...limitChecks.keys()].join(', ')}`
    return [{ path: [...path, name], message, code: 'unknown_name' }]
  })
}

function wrong(path: Issue['path'], expected: string, value: unknown): Issue[] {
  const shown = String(JSON.stringify(value)).slice(0, 80)
  return [{ path, message: `Must be ${expected}; got ${shown}`, code: 'invalid_value' }]
}
