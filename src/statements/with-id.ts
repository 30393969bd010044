import { AppError } from '../error/app-error'
import { isJsonObject } from './json'

const OPEN = /^\uFEFF?[ \t\n\r]*\{/
const PUT_SPEC = 'xAPI 1.0.3, Communication, 2.1.1 PUT Statements'

/**
 * Gives the statement of a PUT the id that its address has.
 * @param statementId a UUID in lower case
 * @returns the text as it was when it has that id, or is no JSON: the gate of the standard refuses that
 * @throws {AppError} `invalid_request` when it has another id, or is no single statement
 */
export function withId(text: string, statementId: string): string {
  let statement: unknown
  try {
    statement = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return text
  }
  if (!isJsonObject(statement)) throw refused([], 'Must be one statement, an object', 'wrong_type')
  if (statement.id === undefined) {
    const isEmpty = Object.keys(statement).length === 0
    return text.replace(OPEN, (open) => `${open}"id":"${statementId}"${isEmpty ? '' : ','}`)
  }
  const { id } = statement
  if (typeof id === 'string' && id.toLowerCase() !== statementId) {
    throw refused(['id'], `Must be the statementId of the address, ${statementId}`, 'id_mismatch')
  }
  return text
}

function refused(path: string[], message: string, code: string): AppError {
  const detail = path.length > 0 ? `${path.join('.')}: ${message}` : message
  return new AppError('invalid_request', `${detail}.`, {
    errors: [{ path, message, code, spec: PUT_SPEC }],
  })
}
