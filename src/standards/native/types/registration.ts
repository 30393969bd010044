import { AppError } from '../../../error/app-error'
import type { Issue } from '../../../error/issue'
import type { EventType } from '../../../event/event-type'
import { payloadNames } from '../model'
import { breakingTypeChanges } from './changes'
import { compileNow } from './compile'
import { compileSchema } from './compile-schema'
import { readDefinition } from './definition'
import { OWN } from './in-force'
import { isBuiltIn } from './listing'
import { nameIssue } from './names'

/**
 * Reads a type that a tenant wants to register: its name, its definition, its schemas, and its example
 * by them.
 * @param value of unknown origin
 * @param before the tenant's type of this name as it is
 * @throws {AppError} `invalid_request` with every reason
 */
export function readRegistration(name: string, value: unknown, before?: EventType): EventType {
  // A name that one of our vocabularies has is no new one: a tenant may say it otherwise.
  const wrongName = before !== undefined || isBuiltIn(name) ? undefined : nameIssue(name, ['name'])
  const read = readDefinition(name, withVersion(value, before), { vocabulary: OWN })
  const issues = [...(wrongName === undefined ? [] : [wrongName]), ...read.issues]
  if (issues.length > 0 || read.type === undefined) throw refused(issues)
  const compiled = [
    ...schemaIssues('payload', read.type.schema),
    ...schemaIssues('envelope', read.type.envelope),
  ]
  if (compiled.length > 0) throw refused(compiled)
  const wrong = exampleIssues(read.type)
  if (wrong.length > 0) throw refused(wrong)
  return read.type
}

/** A definition that says no version is of the version that is there. */
function withVersion(value: unknown, before: EventType | undefined): unknown {
  if (before === undefined || typeof value !== 'object' || value === null) return value
  return { version: before.version, ...value }
}

/**
 * Says what of a new definition breaks what was good before.
 * @throws {AppError} `breaking_change`, when it does and has no higher version, or a lower one
 */
export function requireVersion(before: EventType | undefined, after: EventType): Issue[] {
  if (before === undefined) return []
  const reasons = breakingTypeChanges(before, after)
  if (after.version < before.version) {
    const message = `Must be ${before.version} at least, the version that is there; got ${after.version}`
    const errors = [{ path: ['version'], message, code: 'lower_version' }, ...reasons]
    throw new AppError('breaking_change', `The version goes back: ${message}.`, { errors })
  }
  if (reasons.length === 0 || after.version > before.version) return reasons
  const next = before.version + 1
  const detail = `This would refuse events that are good now, in ${reasons.length} ${reasons.length === 1 ? 'way' : 'ways'}: give it the version ${next}.`
  throw new AppError('breaking_change', detail, { errors: reasons })
}

function schemaIssues(member: string, schema: object | undefined): Issue[] {
  if (schema === undefined) return []
  try {
    compileSchema(schema, { trusted: false })
    return []
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    return thrown.errors.map((issue) => ({ ...issue, path: [member] }))
  }
}

function exampleIssues(type: EventType): Issue[] {
  const { name, example } = type
  if (example === undefined) return []
  if (example.event_type !== name) {
    const shown = JSON.stringify(example.event_type)?.slice(0, 80)
    const message = `Must be ${name}, or left out; got ${shown}`
    return [{ path: ['example', 'event_type'], message, code: 'invalid_value' }]
  }
  const payload = payloadNames.find((one) => example[one] !== undefined) ?? 'payload'
  return compileNow(type, { trusted: false }).check(example, payload, ['example'])
}

// A sentence names so many; `errors` has them all.
const MAX_SAID = 20

function refused(issues: readonly Issue[]): AppError {
  const said = issues.slice(0, MAX_SAID).map(({ path, message }) => [...path, message].join(': '))
  return new AppError('invalid_request', said.join('; '), { errors: issues })
}
