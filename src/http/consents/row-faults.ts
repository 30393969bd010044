import { firstIssues } from '../../error/bounded-issues'
import type { Issue } from '../../error/issue'
import { z } from '../zod'
import type { Row } from './rows'

export const RowFault = z
  .object({
    line: z.int().min(1).openapi({ description: 'Of the body; of an array, the place from 1' }),
    path: z.array(z.union([z.string(), z.number()])),
    message: z.string(),
    code: z.string(),
  })
  .openapi('RowFault')

type Fault = Issue & { line: number }

/** Takes rows apart into those that fit a schema and what is wrong with the others. */
export function checkedRows<Schema extends z.ZodType>(rows: readonly Row[], schema: Schema) {
  const good: { line: number; value: z.output<Schema> }[] = []
  const faults: Fault[] = []
  for (const row of rows) {
    if (!('value' in row)) {
      const message = 'Cannot be read, or has other columns than the header'
      faults.push({ line: row.line, path: [], message, code: 'unreadable' })
      continue
    }
    const parsed = schema.safeParse(row.value)
    if (parsed.success) good.push({ line: row.line, value: parsed.data })
    else for (const issue of parsed.error.issues) faults.push(faultOf(issue, row.line))
  }
  const lines = new Set(faults.map(({ line }) => line))
  // As many as a problem names.
  return {
    good,
    errors: firstIssues(faults, { most: 100, maxBytes: 64 * 1024 }),
    refused: lines.size,
  }
}

function faultOf({ path, message, code }: z.core.$ZodIssue, line: number): Fault {
  const steps = path.map((step) => (typeof step === 'number' ? step : String(step)))
  return { line, path: steps, message, code }
}
