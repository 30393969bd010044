import { parameterTypes, QUERY_NAME } from '../../../analytics/sql/saved-query'
import { zoneNamed } from '../../../query/zone'
import { MAX_SQL, SQL_PARAMETER } from '../../../syntax/sql'
import { z } from '../../zod'

export const limitsText =
  'One query over the view `events`, in the dialect of the engine (DuckDB, Athena on AWS). It has the functions of a list, 20 seconds, and limits of memory and of bytes read; it reads no file, no setting and no other table, and changes nothing. Of more than 10,000 rows (or 3 MB) the first are answered; more than 100,000 are refused.'

export const Sql = z.string().min(1).max(MAX_SQL).openapi({ description: 'A `SELECT`' })

const Value = z.union([z.string(), z.number(), z.boolean()]).nullable()

export const Parameters = z
  .record(z.string().regex(SQL_PARAMETER), Value)
  .default({})
  .openapi({ description: 'By name: `$course` in the SQL is `{ "course": … }`' })

export const Timezone = z
  .string()
  .refine((name) => zoneNamed(name) !== undefined, 'Expected a name of the IANA database')
  .optional()
  .openapi({
    description: 'Days and hours are those of this zone; UTC when left out',
    example: 'Europe/Berlin',
  })

export const QueryParams = z.object({
  name: z.string().regex(QUERY_NAME).openapi({ example: 'weekly-logins' }),
})

const Parameter = z
  .strictObject({
    type: z.enum(parameterTypes),
    description: z.string().max(500).optional(),
    default: Value.optional().openapi({
      description: 'What it is when it is not given; without it, it has to be given',
    }),
  })
  .openapi('QueryParameter')

export const QueryDefinition = z
  .strictObject({
    title: z.string().min(1).max(200),
    description: z.string().max(2000).optional(),
    sql: Sql,
    parameters: z.record(z.string().regex(SQL_PARAMETER), Parameter).default({}),
  })
  .openapi('QueryDefinition')

export const QueryView = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string().optional(),
    isBuiltIn: z.boolean().openapi({ description: 'If true, it comes with Nonius and stays' }),
    parameters: z.record(z.string(), Parameter),
    sql: z.string(),
    updatedAt: z.iso.datetime().optional(),
    updatedBy: z
      .string()
      .optional()
      .openapi({ description: 'The id of the key that saved it; a digest of a person' }),
  })
  .openapi('Query')

export const queryExample = {
  name: 'weekly-logins',
  title: 'Logins by week',
  isBuiltIn: false,
  parameters: { from: { type: 'date' as const } },
  sql: "SELECT date_trunc('week', event_time) AS week, count(*) AS logins FROM events WHERE type = 'SessionEvent' AND event_time >= $from GROUP BY 1",
  updatedAt: '2026-11-21T09:30:00.000Z',
  updatedBy: 'key_1',
}
