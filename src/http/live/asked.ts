import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { type Asked, readConfig } from '../../realtime/asked'

/** The parameters of the address, as they were sent. */
export interface Sent {
  filter?: string | undefined
  event_type?: string | string[] | undefined
  session_id?: string | undefined
  user_id?: string | undefined
  format?: string | undefined
  after?: string | undefined
}

/**
 * Reads what is asked for, by the rules of `WS /ws/subscribe`.
 * @throws {AppError} `invalid_request` naming each parameter, value and rule
 */
export function readAsked({ filter, event_type, ...others }: Sent): Asked {
  if (filter !== undefined) mustBeJson(filter)
  const types = typeof event_type === 'string' ? [event_type] : (event_type ?? [])
  // An empty parameter is none, as clients of a real-time pipeline are used to.
  const members = { ...others, event_types: types.filter((type) => type !== '') }
  const text = JSON.stringify(members)
  // It is put in as text: what is nested deep enough can be read, but not written.
  const read = readConfig(filter === undefined ? text : `${text.slice(0, -1)},"filter":${filter}}`)
  if ('asked' in read) return read.asked
  const { code, message, errors = [] } = read.refusal
  throw refused(code === 'too_large' ? 'The filter is too large' : message, errors.map(ofAddress))
}

function mustBeJson(filter: string): void {
  try {
    JSON.parse(filter)
  } catch {
    const message = `Must be JSON; got ${JSON.stringify(filter.slice(0, SHOWN))}`
    const error = { path: ['filter'], message, code: 'invalid_json' }
    throw refused(`filter: ${message}`, [error])
  }
}

// So much of a wrong value is repeated: enough to recognise it.
const SHOWN = 80

const refused = (message: string, errors: readonly Issue[]) =>
  new AppError('invalid_request', message, { errors })

/** The parameter that has several types, each given once, is called by one. */
function ofAddress({ path: [first, ...rest], ...issue }: Issue): Issue {
  if (first === undefined) return { ...issue, path: [] }
  return { ...issue, path: first === 'event_types' ? ['event_type'] : [first, ...rest] }
}
