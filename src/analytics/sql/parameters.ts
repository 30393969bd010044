import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import type { SqlValue } from '../../platform/lake'
import { toTimeBound } from '../../query/time-bound'
import type { Parameter, ParameterValue } from './saved-query'

/** Takes values that were given without a type for what they are in JSON. */
export function untyped(given: Record<string, ParameterValue>): Record<string, SqlValue> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, ofJson(value)]))
}

function ofJson(value: ParameterValue): SqlValue {
  if (value === null) return { type: 'null' }
  if (typeof value === 'string') return { type: 'text', value }
  if (typeof value === 'boolean') return { type: 'boolean', value }
  return Number.isSafeInteger(value) ? { type: 'integer', value } : { type: 'number', value }
}

/**
 * Reads the values of a saved query's parameters, or what they are when they are not given.
 * @throws {AppError} `invalid_request` that names each that is wrong
 */
export function typed(
  parameters: Record<string, Parameter>,
  given: Record<string, ParameterValue>,
): Record<string, SqlValue> {
  const issues: Issue[] = []
  const values: Record<string, SqlValue> = {}
  const refuse = (name: string, message: string, code: string) =>
    issues.push({ path: ['parameters', name], message, code })
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(parameters, name)) refuse(name, `There is no parameter ${name}`, 'unknown')
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default
    if (value === undefined) {
      refuse(name, 'Required', 'required')
      continue
    }
    const read = readAs(parameter.type, value)
    if (read !== undefined) values[name] = read
    else refuse(name, `Expected ${expected[parameter.type]}, not ${shown(value)}`, 'wrong_type')
  }
  if (issues.length > 0) throw refusal(issues)
  return values
}

/**
 * Compares the parameters that SQL has with those that are declared for it.
 * @throws {AppError} `invalid_request` that names each that is in one alone
 */
export function checkDeclared(
  names: readonly string[],
  parameters: Record<string, Parameter>,
): void {
  const missing = names.filter((name) => !Object.hasOwn(parameters, name))
  const unused = Object.keys(parameters).filter((name) => !names.includes(name))
  const issues: Issue[] = [
    ...missing.map((name) => issueOf(name, `The SQL has $${name}, which is not declared`)),
    ...unused.map((name) => issueOf(name, `The SQL has no $${name}`)),
  ]
  if (issues.length > 0) throw refusal(issues)
}

function issueOf(name: string, message: string): Issue {
  return { path: ['parameters', name], message, code: 'not_in_sql' }
}

function refusal(issues: Issue[]): AppError {
  const [first] = issues
  const detail = `parameters.${first!.path[1]}: ${first!.message}.`
  return new AppError('invalid_request', detail, { errors: issues })
}

const expected: Record<Parameter['type'], string> = {
  text: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  date: 'a day such as 2026-11-21',
  time: 'a day or a time with its zone, such as 2026-11-21T09:30:00Z',
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

function readAs(type: Parameter['type'], value: ParameterValue): SqlValue | undefined {
  if (value === null) return { type: 'null' }
  const isText = typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
  switch (type) {
    case 'text':
      return isText ? { type, value } : undefined
    case 'number':
      return typeof value === 'number' ? { type, value } : undefined
    case 'integer':
      return Number.isSafeInteger(value) ? { type, value: value as number } : undefined
    case 'boolean':
      return typeof value === 'boolean' ? { type, value } : undefined
    case 'date':
      return isText && DAY.test(value) && toTimeBound(value) ? { type, value } : undefined
    case 'time': {
      const time = isText ? toTimeBound(value) : undefined
      return time === undefined ? undefined : { type, value: time }
    }
  }
}

function shown(value: ParameterValue): string {
  const text = JSON.stringify(value)
  const most = 80
  return text.length > most ? `${text.slice(0, most)}…` : text
}
