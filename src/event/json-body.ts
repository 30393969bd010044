import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { type JsonElements, parseElements } from '../syntax/json-elements'
import { MAX_ITEMS } from './limits'

/** @throws {AppError} `invalid_json`, with `path` in its `errors` */
export function parseJson(text: string, path: Issue['path'] = []): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const errors = [invalidJson(path, cause)]
    throw new AppError('invalid_json', `The body is not JSON: ${errors[0]!.message}`, {
      errors,
      cause,
    })
  }
}

/**
 * The items of a body that is an array or, with `key`, has one under that key.
 * @returns undefined when it is no such body, or no JSON
 * @throws {AppError} `too_large` when it brings more than `MAX_ITEMS`
 */
export function parseItems(body: string, key?: string): JsonElements | undefined {
  try {
    return parseElements(body, { limit: MAX_ITEMS, ...(key !== undefined && { key }) })
  } catch (thrown) {
    throw thrown instanceof RangeError ? tooManyItems() : thrown
  }
}

export function tooManyItems(): AppError {
  const message = `A request may bring at most ${MAX_ITEMS} items`
  return new AppError('too_large', message, { errors: [{ path: [], message, code: 'too_large' }] })
}

/** What JSON.parse has thrown, as one thing wrong with one value. */
export function invalidJson(path: Issue['path'], thrown: unknown): Issue {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return { path, message: reason.replace(/^JSON Parse error: /, ''), code: 'invalid_json' }
}

/** RFC 8259, 8.1: parsers may ignore a byte order mark, and some senders on Windows write one. */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
