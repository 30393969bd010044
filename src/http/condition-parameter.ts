import { AppError } from '../error/app-error'
import type { Condition } from '../event/condition'
import { readConditionText } from '../event/conditions'
import { z } from './zod'

/** Declares the parameter; `conditionIn` reads it. */
export const filterText = z.string().optional().openapi({
  description:
    'A condition as JSON, e.g. `{"path":"payload.score","lt":0.5}` (`GET /api/v1/filters/schema`); it must hold beside the others. It has no index but where it fixes a field that has one, and pages of what is rare are short',
})

// Issues that `detail` names in one sentence; `errors` has them all.
const MAX_SAID = 3

/**
 * Reads a condition from a query; an empty one is none.
 * @throws {AppError} `invalid_request` with path, value and rule of each problem
 */
export function conditionIn(text: string | undefined): Condition | undefined {
  if (text === undefined || text === '') return undefined
  const { condition, errors } = readConditionText(text, ['filter'])
  if (condition !== undefined) return condition
  const said = errors.slice(0, MAX_SAID).map(({ path, message }) => [...path, message].join(': '))
  throw new AppError('invalid_request', said.join('; '), { errors })
}
