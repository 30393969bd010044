import { readCondition } from '../../../event/conditions'
import { exportFormats } from '../../../exports/export'
import { exportFieldNames, filterFields } from '../../../exports/fields'
import { measures } from '../../../query/narrowing'
import { toTimeBound } from '../../../query/time-bound'
import { zoneNamed } from '../../../query/zone'
import { z } from '../../zod'

// As long as ids of events may be (docs/limits.md).
const MAX_TEXT = 2048
const MAX_VALUES = 100

// SQL ends at this character, and no id has it.
const text = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .refine((value) => !value.includes('\0'), 'Must not contain U+0000')
const number = z.number()

const values = (type: (typeof filterFields)[number]['type']) => {
  if (type === 'boolean') return z.boolean().optional()
  const one = type === 'string' ? text : number
  return z.union([one, z.array(one).min(1).max(MAX_VALUES)]).optional()
}

const bound = (description: string, example: string) =>
  z
    .string()
    .max(MAX_TEXT)
    .transform((value, context) => {
      if (toTimeBound(value) !== undefined) return value
      const message =
        'Must be a day or an ISO 8601 date-time, e.g. 2026-11-21 or 2026-11-21T09:30:00Z'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .optional()
    .openapi({ type: 'string', description, example })

const condition = z
  .unknown()
  .transform((value, context) => {
    if (value === undefined) return undefined
    const { condition, errors } = readCondition(value)
    if (condition !== undefined) return condition
    for (const { path, message, code } of errors) {
      context.addIssue({ code: 'custom', path, message, params: { code } })
    }
    return z.NEVER
  })
  .optional()
  .openapi({
    type: 'object',
    description:
      'A condition, e.g. `{"path":"payload.score","lt":0.5}` (`GET /api/v1/filters/schema`)',
  })

const Filters = z.strictObject({
  from: bound('From this day or time on', '2026-11-01'),
  to: bound('To this day, the whole of it, or before this time', '2026-11-30'),
  by: z.enum(measures).optional().openapi({
    description:
      '`arrival`: by when events came in, as when left out; `event`: by when they happened',
  }),
  kind: z.enum(['event', 'entity', 'all']).optional().openapi({
    description: '`event` when left out',
  }),
  filter: condition,
  ...Object.fromEntries(filterFields.map(({ name, type }) => [name, values(type)])),
})

const timeZone = z
  .string()
  .max(MAX_TEXT)
  .transform((value, context) => {
    const zone = zoneNamed(value)
    if (zone !== undefined) return zone
    const message = 'Must be a time zone of the IANA database, e.g. Europe/Berlin'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
  .optional()
  .openapi({
    type: 'string',
    description:
      'Days of `from` and `to`, and those in the name of the file, are days of this zone; of UTC when left out',
    example: 'Europe/Berlin',
  })

export const AskedExport = z
  .strictObject({
    format: z.enum(exportFormats).openapi({
      description: '`jsonl` and `csv` are compressed by gzip; `parquet` by Zstandard',
    }),
    filters: Filters.optional().openapi({
      description: 'All must hold; of several values of a field, any',
    }),
    fields: z
      .array(z.enum(exportFieldNames as [string, ...string[]]))
      .min(1)
      .max(exportFieldNames.length)
      .optional()
      .openapi({ description: 'Left out, all; of `csv`, all but `raw`' }),
    timeZone,
    learner: text.optional().openapi({
      description:
        'An id of one person: whatever they did, or was graded or enrolled of theirs, with other people taken out, for them to take along. A student’s own when left out',
    }),
  })
  .openapi('ExportSettings')
