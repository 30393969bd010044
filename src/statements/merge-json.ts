import { AppError } from '../error/app-error'
import { parsingJson } from '../event/json-body'
import { endOfString, endOfValue, skipSpace } from '../syntax/json-scan'
import type { Steps } from '../syntax/steps'

const QUOTE = '"'
const COMMA = ','
const OPEN = '{'

/** These are the members of an object by name, each as the text `"name":value`. */
export type Members = Map<string, string>

/**
 * Cuts a JSON object into its members. Their text is not changed, so that long numbers and escapes
 * stay as they are. Of members with one name the last counts, as in JSON.parse.
 * @param what names the document in the error
 * @throws {AppError} `invalid_json` when it is not JSON, or no object (xAPI 1.0.3, Communication, 2.2)
 */
export function* membersOf(text: string, what: string): Steps<Members> {
  const value = yield* parsingJson(text)
  yield
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw noObject(what)
  const members: Members = new Map()
  let at = skipSpace(text, text.indexOf(OPEN) + 1)
  while (text[at] === QUOTE) {
    const nameEnd = endOfString(text, at)
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1) // past the colon
    const end = endOfValue(text, start)
    const name = text.slice(at, nameEnd)
    members.set(JSON.parse(name), `${name}:${text.slice(start, end)}`)
    at = skipSpace(text, end)
    if (text[at] === COMMA) at = skipSpace(text, at + 1)
    yield
  }
  return members
}

/**
 * Merges two objects: what the newer has replaces what the older has by the same name, whole
 * (xAPI 1.0.3, Communication, 2.2, "JSON Procedure with Requirements").
 */
export function merge(older: Members, newer: Members): string {
  return `{${[...new Map([...older, ...newer]).values()].join(COMMA)}}`
}

function noObject(what: string): AppError {
  const message = 'Must be a JSON object, to be merged member by member'
  return new AppError('invalid_json', `${what}: ${message}.`, {
    errors: [{ path: [], message, code: 'not_an_object', spec: 'xAPI 1.0.3, Communication, 2.2' }],
  })
}
