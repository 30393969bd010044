import type { Reading } from '../../event/reading'
import { holdsMoreThan, MAX_ELEMENT_VALUES } from '../../syntax/json-cost'
import { finish, type Steps } from '../../syntax/steps'
import { readingNative, readingNativeLines } from './parse'
import type { ReadBy } from './read-by'

/**
 * Reads what has no header to say what it is: JSON lines when the first of several lines is JSON by
 * itself, otherwise one JSON value, on however many lines.
 * @throws {AppError} as `readNative`
 */
export function* readingNativeMessage(text: string, by: ReadBy): Steps<Reading> {
  const body = text.trim()
  const end = body.indexOf('\n')
  const isLines = end > 0 && isJson(body.slice(0, end))
  const reading = isLines ? readingNativeLines : readingNative
  return yield* reading(text, by)
}

/** Does the same as `readingNativeMessage`, in one go. */
export function readNativeMessage(text: string, by: ReadBy): Reading {
  return finish(readingNativeMessage(text, by))
}

function isJson(line: string): boolean {
  try {
    if (holdsMoreThan(line, MAX_ELEMENT_VALUES)) return false
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
