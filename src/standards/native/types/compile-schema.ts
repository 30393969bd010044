import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { AppError } from '../../../error/app-error'
import type { Issue } from '../../../error/issue'
import { linearPattern } from './linear-pattern'
import { issuesOf } from './schema-issues'

/** A compiled schema says what is against a value, with paths from that value. */
export type Check = (value: unknown) => Issue[]

// A value may have megabytes of mistakes; people read the first. So many characters of JSON are read
// to their end, in which there are some thousands at most.
const READ_WHOLE = 256 * 1024

/**
 * Compiles a JSON Schema (2020-12), of which nothing is fetched.
 * @param trusted its patterns are ours. Others are matched in linear time (RE2), so that none goes
 * back and forth for minutes; they cannot look ahead or refer back.
 * @throws {AppError} `invalid_request`, when it is no schema
 */
export function compileSchema(schema: object, { trusted }: { trusted: boolean }): Check {
  const first = compiled(schema, trusted, false)
  let whole: ValidateFunction | undefined
  return (value) => {
    try {
      if (first(value)) return []
      let errors = first.errors ?? []
      if (isShort(value)) {
        whole ??= compiled(schema, trusted, true)
        whole(value)
        errors = whole.errors ?? errors
      }
      return issuesOf(errors as ErrorObject[], value)
    } catch (thrown) {
      // A schema that goes round in circles ends with the stack.
      if (!(thrown instanceof RangeError)) throw thrown
      return [{ path: [], message: 'Its schema does not come to an end', code: 'schema_endless' }]
    }
  }
}

function isShort(value: unknown): boolean {
  return (JSON.stringify(value)?.length ?? 0) <= READ_WHOLE
}

function compiled(schema: object, trusted: boolean, allErrors: boolean): ValidateFunction {
  const ajv = new Ajv({
    allErrors,
    strict: false,
    logger: false,
    verbose: false,
    // A copy in every place that refers to it grows without end.
    inlineRefs: false,
    ...(!trusted && { code: { regExp: linearPattern } }),
  })
  addFormats(ajv, { mode: 'fast' })
  try {
    return ajv.compile(schema)
  } catch (thrown) {
    throw refusal((thrown as Error).message)
  }
}

function refusal(why: string): AppError {
  const message = `Expected a JSON Schema (2020-12): ${why}`
  const errors = [{ path: ['schema'], message, code: 'invalid_schema' }]
  return new AppError('invalid_request', `${message}.`, { errors })
}
