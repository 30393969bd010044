// A spreadsheet takes a cell that begins so for a formula, or for what leads to one (OWASP, "CSV Injection").
const FORMULA = /^[=+\-@\t\r\n|%]/
const QUOTED = /[",\r\n;]/

/** Writes a line of CSV (RFC 4180). No cell is a formula: what would be one begins with an apostrophe. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const safe = FORMULA.test(text) ? `'${text}` : text
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
