import type { ExportField } from '../fields'
import type { Format, Row } from './format'
import { gzipped, textPart } from './text-part'

/** JSON lines: each is a record, as `view=record` gives it, of the fields that were asked for. */
export const linesFormat: Format = {
  contentType: 'application/gzip',
  ending: 'jsonl.gz',
  // A file of no events is one of gzip all the same.
  begin: () => gzipped(''),
  part: (fields) => textPart((row) => lineOf(fields, row)),
  end: async () => undefined,
}

function lineOf(fields: readonly ExportField[], row: Row): string {
  const line: Record<string, unknown> = {}
  for (const [at, { path }] of fields.entries()) {
    const value = row[at]
    if (value === undefined) continue
    const [first, second] = path
    if (second === undefined) line[first] = value
    else line[first] = { ...(line[first] as object | undefined), [second]: value }
  }
  return `${JSON.stringify(line)}\n`
}
