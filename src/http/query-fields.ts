import { toTimeBound } from '../query/time-bound'
import { z } from './zod'

/** Declares one end of a range of time; parsed, it is ISO 8601 in UTC. */
export const time = (description: string, example: string) =>
  z
    .string()
    .transform((value, context) => {
      const bound = toTimeBound(value)
      if (bound !== undefined) return bound
      const message = 'Must be a date or an ISO 8601 date-time, e.g. 2026-11-21T09:30:00Z'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .optional()
    .openapi({ type: 'string', description, example })

/** Declares how many items a page may have: 1 to 1000, 100 unless asked otherwise. */
export const limit = z
  .string()
  .regex(/^(1000|[1-9]\d{0,2})$/, 'Must be a whole number from 1 to 1000')
  .default('100')
  .transform(Number)
  .openapi({ type: 'integer', minimum: 1, maximum: 1000, default: 100 })
