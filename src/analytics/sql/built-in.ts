import { AppError } from '../../error/app-error'
import { boundsOf, type Narrowing } from '../../query/narrowing'
import { namedQueries } from '../../query/sql'
import { type NamedQuery, narrowed } from '../../query/sql/named-query'
import { typed } from './parameters'
import type { Parameter, ParameterValue } from './saved-query'

/** Each of our own queries can be asked about fewer events. */
export const builtInParameters: Record<string, Parameter> = {
  from: { type: 'time', description: 'From this day or time of arrival on', default: null },
  to: {
    type: 'time',
    description: 'To this day, all of it, or before this time',
    default: null,
  },
  by: {
    type: 'text',
    description: '`arrival` or `event`: what `from` and `to` go by',
    default: 'arrival',
  },
  course: { type: 'text', description: 'Only this course or group', default: null },
  person: { type: 'text', description: 'Only this person', default: null },
  source: { type: 'text', description: 'Only what this source sent', default: null },
}

export function builtIn(name: string): NamedQuery | undefined {
  return namedQueries.find(({ id }) => id === name)
}

/**
 * Writes one of our own queries about what was asked for.
 * @throws {AppError} `invalid_request` that names what is wrong
 */
export function narrowedBy(
  { sql }: NamedQuery,
  given: Record<string, ParameterValue>,
  timezone: string | undefined,
): string {
  typed(builtInParameters, given)
  const narrowing: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') narrowing[name] = value
  }
  const { by } = narrowing
  if (by !== undefined && by !== 'arrival' && by !== 'event') {
    throw new AppError('invalid_request', 'parameters.by: Expected arrival or event.')
  }
  const asked: Narrowing = { ...narrowing, by, timezone }
  const { start, end } = boundsOf(asked)
  if (start !== undefined && end !== undefined && start >= end) {
    throw new AppError('invalid_request', 'parameters.from: It is after `to`.')
  }
  return narrowed(sql, asked)
}
