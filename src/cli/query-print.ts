import type { LakeAnswer } from '../query/ask-lake'
import { jsonText } from '../syntax/json-text'
import { renderTable } from './table'

export const formats = ['table', 'json', 'ndjson', 'csv'] as const
export type Format = (typeof formats)[number]

/** An answer is written so in each format. The table cuts long values; the others cut nothing. */
export const print: Record<Format, (answer: LakeAnswer) => string> = {
  table({ columns, rows }) {
    const names = columns.map(({ name }) => name)
    return `${renderTable(names, rows)}\n(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})\n`
  },
  json: (answer) => `${jsonText(objects(answer), 2)}\n`,
  ndjson: (answer) => lines(objects(answer).map((row) => jsonText(row))),
  // The format is RFC 4180's, with the line ends that tools on Unix expect.
  csv: ({ columns, rows }) =>
    lines([columns.map(({ name }) => name), ...rows].map((row) => row.map(csvField).join(','))),
}

function objects({ columns, rows }: LakeAnswer): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])))
}

/** Writes nothing for NULL and `""` for empty text, so that the two stay apart. */
function csvField(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? jsonText(value) : String(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function lines(all: string[]): string {
  return all.map((line) => `${line}\n`).join('')
}
