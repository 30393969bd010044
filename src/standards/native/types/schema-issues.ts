import type { ErrorObject } from 'ajv'
import type { Issue } from '../../../error/issue'

// A person reads the first; the others are like them.
const MAX_ISSUES = 100
// A value is shown by its beginning.
const MAX_SHOWN = 60

/** Says each error of a schema as an issue: which value, which rule. */
export function issuesOf(errors: readonly ErrorObject[], root: unknown): Issue[] {
  // A branch of a choice that does not fit is no mistake of its own; that none does, is.
  const said = errors.filter(({ schemaPath }) => !/\/(?:anyOf|oneOf|not|if)\/./.test(schemaPath))
  const chosen = said.length > 0 ? said : errors
  return chosen.slice(0, MAX_ISSUES).map((error) => issueOf(error, root))
}

function issueOf(
  { instancePath, keyword, params, message = '' }: ErrorObject,
  root: unknown,
): Issue {
  const path = steps(instancePath)
  if (keyword === 'required' || keyword === 'dependentRequired') {
    return {
      path: [...path, params.missingProperty as string],
      message: 'Required',
      code: 'required',
    }
  }
  const extra = params.additionalProperty ?? params.unevaluatedProperty ?? params.propertyName
  const at = typeof extra === 'string' ? [...path, extra] : path
  const value = valueAt(root, path)
  const of = typeof extra === 'string' ? '' : `, got ${shown(value)}`
  return {
    path: at,
    message: `${rule(keyword, params, message)}${of}`,
    code: codes[keyword] ?? OTHER,
  }
}

const OTHER = 'schema_broken'

/** The codes are a closed list, so that they can be counted. */
const codes: Readonly<Record<string, string>> = {
  type: 'wrong_type',
  enum: 'not_listed',
  const: 'not_listed',
  pattern: 'wrong_form',
  format: 'wrong_form',
  minLength: 'too_short',
  maxLength: 'too_long',
  minItems: 'too_short',
  maxItems: 'too_long',
  minProperties: 'too_short',
  maxProperties: 'too_long',
  minimum: 'out_of_range',
  maximum: 'out_of_range',
  exclusiveMinimum: 'out_of_range',
  exclusiveMaximum: 'out_of_range',
  multipleOf: 'out_of_range',
  additionalProperties: 'unknown_member',
  unevaluatedProperties: 'unknown_member',
}

function rule(keyword: string, params: Record<string, unknown>, message: string): string {
  if (keyword === 'type') return `Expected ${[params.type].flat().join(' or ')}`
  if (keyword === 'enum') return `Expected one of ${shown(params.allowedValues, 200)}`
  if (keyword === 'const') return `Expected ${shown(params.allowedValue)}`
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    return 'Expected no such member'
  }
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}`
}

function shown(value: unknown, length = MAX_SHOWN): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text
}

/** Reads a JSON Pointer (RFC 6901); numbers are places in arrays where they lead to one. */
function steps(pointer: string): Issue['path'] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^(?:0|[1-9]\d{0,8})$/.test(step) ? Number(step) : step))
}

function valueAt(root: unknown, path: Issue['path']): unknown {
  let value = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}
