import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { holdsMoreThan, MAX_ELEMENT_VALUES } from '../syntax/json-cost'
import { type JsonElements, parsingElements } from '../syntax/json-elements'
import type { Steps } from '../syntax/steps'
import { MAX_ITEMS } from './limits'

/**
 * Parses one value in one go: JSON.parse cannot be interrupted.
 * @throws {AppError} `invalid_json`, with `path` in its `errors`
 */
export function parseJson(text: string, path: Issue['path'] = []): unknown {
  if (holdsMoreThan(text, MAX_ELEMENT_VALUES)) {
    const message = `It is not JSON, or one value that holds more than ${MAX_ELEMENT_VALUES} others`
    const errors = [{ path, message, code: 'too_many_values' }]
    throw new AppError('invalid_json', `The body is not taken as JSON: ${message}`, { errors })
  }
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
 * Parses the items of a body that is an array or, with `key`, has one under that key.
 * @returns undefined when the body is neither, or not JSON
 * @throws {AppError} `too_large` when it has more than `MAX_ITEMS`
 */
export function* parsingItems(body: string, key?: string): Steps<JsonElements | undefined> {
  try {
    return yield* parsingElements(body, { limit: MAX_ITEMS, ...(key !== undefined && { key }) })
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    throw thrown.message.startsWith('More than') ? tooManyItems() : tooLarge(thrown.message)
  }
}

export function tooManyItems(): AppError {
  return tooLarge(`A request may bring at most ${MAX_ITEMS} items`)
}

/** Says why an item is refused that was not parsed. */
export function tooManyValues(path: Issue['path']): Issue {
  const message = `Holds more than ${MAX_ELEMENT_VALUES} values`
  return { path, message, code: 'too_many_values' }
}

function tooLarge(message: string): AppError {
  return new AppError('too_large', message, { errors: [{ path: [], message, code: 'too_large' }] })
}

/** Turns the error of JSON.parse into an issue of one value. */
export function invalidJson(path: Issue['path'], thrown: unknown): Issue {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return { path, message: reason.replace(/^JSON Parse error: /, ''), code: 'invalid_json' }
}

/**
 * Removes a byte order mark: parsers may ignore one (RFC 8259, 8.1), and some senders on Windows
 * write it.
 */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
