import jsonPatch, { type Operation } from 'fast-json-patch'
import { AppError } from '../error/app-error'
import { canonicalJson } from '../syntax/canonical-json'
import type { PatchOperation } from './patch'

// JSON.parse hands the reviver the text of a number (ES2025, JSON.parse source text).
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

/**
 * Applies a JSON Patch to an item or a body. Numbers keep their digits; repeated keys do not survive.
 * What is not JSON can be repaired only by a first operation that replaces all of it.
 * @param limit of characters that the result may have: copies of copies grow without end
 * @returns JSON text
 * @throws {AppError} `invalid_request`, with the operation in `errors`, when it cannot be applied
 */
export function repair(text: string, patch: readonly PatchOperation[], limit: number): string {
  if (patch.length === 0) return text
  let document = isWholeReplacement(patch[0]) ? null : withDigits(text)
  let at = 0
  try {
    for (; at < patch.length; at += 1) {
      const operation = patch[at]!
      document = applied(document, operation)
      if (operation.op === 'copy') requireSize(document, limit)
    }
    at -= 1
    return requireSize(document, limit)
  } catch (thrown) {
    throw refusal(at, firstLine(thrown))
  }
}

function requireSize(document: unknown, limit: number): string {
  const text = JSON.stringify(document)
  if (text.length > limit) throw new Error(`The result has more than ${limit} characters`)
  return text
}

function isWholeReplacement(operation: PatchOperation | undefined): boolean {
  return operation?.path === '' && (operation.op === 'replace' || operation.op === 'add')
}

function withDigits(text: string): unknown {
  try {
    return parse(text, keepDigits)
  } catch {
    throw refusal(
      0,
      'What is kept is not JSON: only a patch that replaces all of it, path "", can be applied',
    )
  }
}

/** A double gives back 15 significant digits as they were (DBL_DIG in C); longer numbers stay text. */
function keepDigits(_key: string, value: unknown, { source = '' }: { source?: string }): unknown {
  if (typeof value !== 'number') return value
  return source.length > 15 || /e/i.test(source) ? rawJSON(source) : value
}

/** Values go in as copies: the library puts in the very value, and one patch repairs many items. */
function applied(document: unknown, operation: PatchOperation): unknown {
  const { op, path } = operation
  requirePlace(document, path, op === 'add' || op === 'copy' || op === 'move')
  if (op === 'test') return tested(document, path, operation.value)
  if (op === 'move') requireOutside(operation)
  const found = op === 'move' || op === 'copy' ? valueAt(document, operation.from) : undefined
  if (op === 'copy') return apply(document, { op: 'add', path, value: copyOf(found) })
  if (op === 'move') return apply(document, { op, path, from: operation.from })
  if (op === 'remove') return apply(document, { op, path })
  return apply(document, { op, path, value: copyOf(operation.value) })
}

function apply(document: unknown, operation: Operation): unknown {
  return jsonPatch.applyOperation(document, operation, true).newDocument
}

function copyOf(value: unknown): unknown {
  return withDigits(JSON.stringify(value))
}

/** RFC 6902, 4.6: equal as JSON, numbers by value. */
function tested(document: unknown, path: string, value: unknown): unknown {
  const [found, wanted] = [valueAt(document, path), value].map((one) => JSON.stringify(one))
  if (canonicalJson(found!) === canonicalJson(wanted!)) return document
  throw new Error(`${path} holds something else than the test says`)
}

/** RFC 6902, 4.4: "The 'from' location MUST NOT be a proper prefix of the 'path' location". */
function requireOutside({ path, from }: { path: string; from: string }): void {
  if (path.startsWith(`${from}/`)) throw new Error(`${from} cannot be moved into itself`)
}

/**
 * The library looks properties up along the prototype, where `/constructor/assign` is a function that
 * everybody shares: every step has to be the document's own.
 */
function requirePlace(document: unknown, pointer: string, mayBeNew: boolean): void {
  const steps = stepsOf(pointer)
  const last = steps.pop()
  if (last === undefined) return
  const parent = steps.reduce(stepInto, document)
  if (last === '__proto__') throw new Error('__proto__ cannot be changed')
  if (typeof parent !== 'object' || parent === null) throw new Error(`There is no ${pointer}`)
  if (!mayBeNew) stepInto(parent, last)
  else if (Array.isArray(parent) && last !== '-' && last !== String(parent.length)) {
    stepInto(parent, last)
  }
}

function valueAt(document: unknown, pointer: string): unknown {
  return stepsOf(pointer).reduce(stepInto, document)
}

function stepInto(value: unknown, step: string): unknown {
  const isHolder = typeof value === 'object' && value !== null && step !== '__proto__'
  // RFC 6901, section 4: no leading zeros, so that an index is written in one way.
  const isIndex = !Array.isArray(value) || /^(0|[1-9]\d*)$/.test(step)
  if (!isHolder || !isIndex || !Object.hasOwn(value, step)) throw new Error(`There is no ${step}`)
  return (value as Record<string, unknown>)[step]
}

function stepsOf(pointer: string): string[] {
  const [, ...steps] = pointer.split('/')
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function refusal(index: number, message: string): AppError {
  const errors = [{ path: ['patch', index], message, code: 'patch_failed' }]
  return new AppError('invalid_request', `The patch cannot be applied: ${message}.`, { errors })
}

/** The library's messages go on with the whole document. */
function firstLine(thrown: unknown): string {
  if (thrown instanceof AppError) return thrown.message
  return (thrown as Error).message.split('\n')[0]!
}
