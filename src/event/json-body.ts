import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { holdsMoreThan, MAX_ELEMENT_VALUES } from '../syntax/json-cost'
import { type JsonElements, parsingElements } from '../syntax/json-elements'
import { type Before, faultText, findFault, findingFault } from '../syntax/json-fault'
import { finish, type Steps } from '../syntax/steps'
import { MAX_ITEMS } from './limits'

/**
 * Parses one value. JSON.parse cannot be interrupted, so that it may hold so many values only.
 * @throws {AppError} `invalid_json`, with `path` in its `errors`; they say where the text is no JSON
 */
export function* parsingJson(text: string, path: Issue['path'] = []): Steps<unknown> {
  if (!holdsMoreThan(text, MAX_ELEMENT_VALUES)) {
    try {
      return JSON.parse(text)
    } catch {
      // The text is no JSON: where that begins is looked for below.
    }
  }
  const fault = yield* findingFault(text)
  if (fault === undefined) {
    const message = `It is one value that holds more than ${MAX_ELEMENT_VALUES} others`
    const errors = [{ path, message, code: 'too_many_values' }]
    throw new AppError('invalid_json', `The body is not taken as JSON: ${message}`, { errors })
  }
  const errors = [{ path, message: faultText(fault), code: 'invalid_json' }]
  throw new AppError('invalid_json', `The body is not JSON: ${errors[0]!.message}`, { errors })
}

/** Does the same as `parsingJson`, in one go. */
export function parseJson(text: string, path?: Issue['path']): unknown {
  return finish(parsingJson(text, path))
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

/**
 * Says where a text is no JSON, and why, with the text around that place. It is the sender's own, and
 * no part of a log.
 * @param before what stands before the text in its body
 */
export function invalidJson(path: Issue['path'], text: string, before?: Before): Issue {
  const fault = findFault(text, before)
  const message = fault === undefined ? 'It cannot be parsed' : faultText(fault)
  return { path, message, code: 'invalid_json' }
}

/**
 * Removes a byte order mark: parsers may ignore one (RFC 8259, 8.1), and some senders on Windows
 * write it.
 */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
