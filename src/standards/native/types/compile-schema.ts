import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { AppError } from '../../../error/app-error'
import type { Issue } from '../../../error/issue'
import { isDeeperThan } from '../../../syntax/json-scan'
import type { SchemaObject } from './changes/schema'
import { linearPattern } from './linear-pattern'
import { whyCostly } from './schema-cost'
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
  const quick = countsUnits(schema)
  const first = compiled(schema, trusted, { unicode: !quick })
  let [exact, whole]: ValidateFunction[] = []
  return (value) => {
    try {
      if (first(value)) return []
      if (isShort(value)) {
        whole ??= compiled(schema, trusted, { allErrors: true })
        return whole(value) ? [] : issuesOf(whole.errors as ErrorObject[], value)
      }
      exact ??= quick ? compiled(schema, trusted, {}) : first
      return exact(value) ? [] : issuesOf(exact.errors as ErrorObject[], value)
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

// Compiling takes time by the square of them: some milliseconds for these, seconds for thousands.
const MOST_LEVELS = 100

const options = { strict: false, logger: false, verbose: false } as const

/** Judges schemas by the one that is theirs, which takes longer to compile than they do. */
let judge: Ajv | undefined

/**
 * Tells whether a text's units may be counted at first, which are there without counting, in place of
 * its characters. They are never fewer: who has too many of them is looked at again.
 */
function countsUnits(schema: object): boolean {
  const text = JSON.stringify(schema)
  return !/"(?:not|oneOf|if|contains|unevaluated\w+)":|"minLength":(?!0|1\D)/.test(text)
}

function compiled(
  schema: object,
  trusted: boolean,
  { allErrors = false, unicode = true },
): ValidateFunction {
  judge ??= addFormats(new Ajv(options), { mode: 'full' })
  const ajv = new Ajv({
    ...options,
    allErrors,
    unicode,
    meta: false,
    validateSchema: false,
    // A copy in every place that refers to it grows without end.
    inlineRefs: false,
    // Every object has a `constructor`, which nobody sent. Looking costs time, and few ask for such.
    ownProperties: namesInherited(schema),
    // Shortening the code takes four times as long as writing it, and saves the engine nothing.
    code: { optimize: false, ...(!trusted && { regExp: linearPattern }) },
  })
  addFormats(ajv, { mode: 'full' })
  try {
    if (!trusted && isDeeperThan(JSON.stringify(schema), MOST_LEVELS)) {
      throw new Error(`it is nested more than ${MOST_LEVELS} levels deep`)
    }
    if (!judge.validateSchema(schema)) throw new Error(judge.errorsText(judge.errors))
    const costly = trusted ? undefined : whyCostly(schema as SchemaObject)
    if (costly !== undefined) throw new Error(costly)
    return ajv.compile(schema)
  } catch (thrown) {
    throw refusal((thrown as Error).message)
  }
}

const inherited = Object.getOwnPropertyNames(Object.prototype)

function namesInherited(schema: object): boolean {
  const text = JSON.stringify(schema)
  return inherited.some((name) => text.includes(`"${name}"`))
}

function refusal(why: string): AppError {
  const message = `Expected a JSON Schema (2020-12): ${why}`
  const errors = [{ path: ['schema'], message, code: 'invalid_schema' }]
  return new AppError('invalid_request', `${message}.`, { errors })
}
