import { AppError } from '../../error/app-error'
import { invalidJson } from '../../event/json-body'
import { isDeeperThan } from '../../syntax/json-scan'
import { mediaType } from '../../syntax/media-type'
import { readText } from '../body'
import type { AppContext } from '../context'
import type { BodyLimits } from '../json-body'
import { lineTypes, requireJson } from '../json-type'
import { z } from '../zod'
import { csvRows } from './csv'

/** A row of an upload, by the line that it stands in, or by its place in an array, from 1. */
export interface Row {
  line: number
  /** Left out where the line cannot be read. */
  value?: unknown
}

const CSV = 'text/csv'
// So many take some seconds to be stored, on one machine as on AWS; a request of a function has thirty.
export const MAX_ROWS = 10_000
// A row is an object with one object in it.
const MAX_DEPTH = 5

/** Declares a body of rows in any of three forms. */
export function rowsBody(row: z.ZodType, example: unknown[], csv: string) {
  const lines = example.map((one) => JSON.stringify(one)).join('\n')
  return {
    required: true,
    description: `A JSON array, JSON lines, or CSV with a header; at most ${MAX_ROWS} rows`,
    content: {
      'application/json': { schema: z.array(row), example },
      'application/x-ndjson': { schema: z.string(), example: lines },
      [CSV]: { schema: z.string(), example: csv },
    },
  }
}

/**
 * Reads rows of JSON, JSON lines or CSV, by the type that the body says it is of.
 * @throws {AppError} as `readJson`; `invalid_request` for more than `MAX_ROWS`
 */
export async function readRows(c: AppContext, limits: BodyLimits): Promise<Row[]> {
  const type = mediaType(c.req.header('Content-Type')) ?? ''
  const areLines = lineTypes.some((one) => one === type)
  if (type !== CSV && !areLines) requireJson(c, { more: [CSV, ...lineTypes] })
  const { text } = await readText(c, limits)
  const rows = type === CSV ? csvRows(text) : areLines ? linesOf(text) : elementsOf(text)
  if (rows.length <= MAX_ROWS) return rows
  throw new AppError('invalid_request', `There are ${rows.length} rows, and may be ${MAX_ROWS}.`)
}

function linesOf(text: string): Row[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    try {
      if (isDeeperThan(line, MAX_DEPTH)) return [{ line: at + 1 }]
      return [{ line: at + 1, value: JSON.parse(line) as unknown }]
    } catch {
      return [{ line: at + 1 }]
    }
  })
}

function elementsOf(text: string): Row[] {
  const value = parsed(text)
  if (!Array.isArray(value)) {
    throw new AppError('invalid_request', 'The body must be an array, or lines of JSON or CSV.')
  }
  return value.map((one, at) => ({ line: at + 1, value: one }))
}

function parsed(text: string): unknown {
  if (isDeeperThan(text, MAX_DEPTH)) {
    throw new AppError('invalid_json', 'The body is nested deeper than rows are.')
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    const issue = invalidJson([], text)
    const detail = `The body is not JSON: ${issue.message}`
    throw new AppError('invalid_json', detail, { errors: [issue], cause })
  }
}
