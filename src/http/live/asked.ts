import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { readConditionText } from '../../event/conditions'
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
  const types = typeof event_type === 'string' ? [event_type] : (event_type ?? [])
  const wanted = filter === undefined ? undefined : readConditionText(filter, ['filter'])
  const read = readConfig(
    JSON.stringify({
      ...others,
      // An empty parameter is none, as clients of a real-time pipeline are used to.
      event_types: types.filter((type) => type !== ''),
      filter: wanted?.condition,
    }),
  )
  if ('asked' in read && wanted?.errors === undefined) return read.asked
  const inOthers = 'refusal' in read ? (read.refusal.errors ?? []) : []
  const errors = [...(wanted?.errors ?? []), ...inOthers].map(ofAddress)
  const said = errors.slice(0, MAX_SAID).map(({ path, message }) => [...path, message].join(': '))
  throw new AppError('invalid_request', said.join('; '), { errors })
}

// Issues that one sentence names; `errors` has them all.
const MAX_SAID = 20

/** The parameter that has several types, each given once, is called by one. */
function ofAddress({ path: [first, ...rest], ...issue }: Issue): Issue {
  if (first === undefined) return { ...issue, path: [] }
  return { ...issue, path: first === 'event_types' ? ['event_type'] : [first, ...rest] }
}
