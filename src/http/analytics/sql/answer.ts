import { csvLine } from '../../../analytics/csv'
import { arrowOf } from '../../../analytics/sql/arrow'
import type { SqlAnswer } from '../../../analytics/sql/ask-sql'
import type { Viewer } from '../../../identity/viewer'
import { PAGE_BYTES } from '../../../platform/event-store'
import { jsonText } from '../../../syntax/json-text'
import { writtenJson } from '../../answers/json'
import { readNoted } from '../../audit'
import type { AppContext, AppDeps } from '../../context'
import { jsonReply } from '../../openapi'
import { z } from '../../zod'

export const formats = ['json', 'csv', 'arrow'] as const
type Format = (typeof formats)[number]

const types: Record<Exclude<Format, 'json'>, string> = {
  csv: 'text/csv',
  arrow: 'application/vnd.apache.arrow.stream',
}

export const FormatQuery = z.strictObject({
  format: z
    .enum(formats)
    .optional()
    .openapi({
      description: `How it is answered. Left out: as \`Accept\` says (\`${types.csv}\`, \`${types.arrow}\`), else JSON`,
    }),
})

/** Says that there are more rows, in answers that are no JSON. */
const TRUNCATED = 'X-Nonius-Truncated'
const COMPLETE_TO = 'X-Nonius-Complete-To'

const Answer = z
  .object({
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.string().openapi({ description: 'As the engine calls it' }),
      }),
    ),
    rows: z.array(z.array(z.unknown())).openapi({
      description: 'A value for each column; times are ISO 8601, lists and structs JSON',
    }),
    truncated: z.boolean().openapi({
      description: 'If true, there are more rows than these: 10,000, or 3 MB of them',
    }),
    completeTo: z.iso.datetime().optional().openapi({
      description:
        'Every event that arrived before then is among those that were asked. Absent on AWS',
    }),
  })
  .openapi('SqlAnswer')

const json = jsonReply(
  Answer,
  {
    description: `The rows: as JSON, CSV or a stream of Arrow (IPC). Where it is no JSON, the headers \`${TRUNCATED}\` (\`true\` or \`false\`) and \`${COMPLETE_TO}\` say what JSON does beside the rows`,
    example: {
      columns: [
        { name: 'type', type: 'VARCHAR' },
        { name: 'events', type: 'BIGINT' },
      ],
      rows: [['ViewEvent', 1024]],
      truncated: false,
      completeTo: '2026-11-21T09:30:00.000Z',
    },
  },
  {
    [TRUNCATED]: z.enum(['true', 'false']).optional(),
    [COMPLETE_TO]: z.iso.datetime().optional(),
  },
)

export const answered = {
  ...json,
  content: { ...json.content, '*/*': { schema: z.string().openapi({ format: 'binary' }) } },
}

function formatOf(c: AppContext, asked: Format | undefined): Format {
  const accept = c.req.header('Accept') ?? ''
  return asked ?? (['csv', 'arrow'] as const).find((one) => accept.includes(types[one])) ?? 'json'
}

interface Asking {
  c: AppContext
  viewer: Viewer
  format: Format | undefined
  /** As the audit trail names it. */
  route: string
  /** Stands in the trail for what was asked. */
  sql: string
}

// JSON around the rows, and the names of columns.
const AROUND_BYTES = 64 * 1024

/** Makes what answers SQL within the room that all answers have, and notes that data were read. */
export function sqlAnswers(deps: AppDeps) {
  const { options, answers, platform } = deps
  const maxBytes = Math.min(PAGE_BYTES, options.maxReplyBytes ?? PAGE_BYTES) - AROUND_BYTES

  return async function answering(
    { c, viewer, format, route, sql }: Asking,
    ask: (within: { maxBytes: number; signal: AbortSignal }) => Promise<SqlAnswer>,
  ) {
    const { tenantId } = viewer
    const { signal } = c.req.raw
    const hold = await answers.take(tenantId, PAGE_BYTES, signal)
    try {
      const answer = await ask({ maxBytes, signal })
      const fields = await digestOf(tenantId, sql)
      await readNoted(deps, viewer, route, { count: answer.rows.length, fields })
      return { hold, ...(await written(formatOf(c, format), answer, c)) }
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  }

  /** Stands for SQL without its literals, so that the trail tells one question from another, and no more. */
  async function digestOf(tenantId: string, sql: string): Promise<string> {
    const shape = sql
      .replaceAll(/'(?:[^']|'')*'|\b\d[\d.]*/g, '?')
      .replaceAll(/\s+/g, ' ')
      .trim()
    const tokens = await platform.tokens()
    const [, digest] = tokens.issue(0, JSON.stringify(['sql', tenantId, shape])).split('.')
    return `sql:${digest}`
  }
}

async function written(format: Format, answer: SqlAnswer, c: AppContext) {
  const { columns, rows, truncated, completeTo } = answer
  if (format === 'json') {
    return { format, json: writtenJson<z.output<typeof Answer>>(jsonText(answer)) }
  }
  c.header(TRUNCATED, String(truncated))
  if (completeTo !== undefined) c.header(COMPLETE_TO, completeTo)
  c.header('Vary', 'Accept')
  const bytes =
    format === 'arrow'
      ? await arrowOf(columns, rows)
      : Buffer.from(
          [columns.map(({ name }) => name), ...rows.map((row) => row.map(cell))]
            .map(csvLine)
            .join(''),
        )
  return { format, contentType: types[format], bytes }
}

function cell(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? jsonText(value) : value
}
