// A spreadsheet takes a cell that begins so for a formula, or for what leads to one (OWASP, "CSV Injection"): the signs
// in full width too, which it takes for the same in some languages, and after white space, which it may leave out.
const FORMULA = /^[\s\0\uFEFF]*[=+\-@|%＝＋－＠]/
// It cuts lines at semicolons or tabs in some countries and minds no quotes that follow a comma then, so that cells begin
// within a text, too.
const INNER_FORMULA = /([;\t\r\n][\s\0]*)([=+\-@|%＝＋－＠])/g
const CUT = /^[\t\r\n]/
const QUOTED = /[",\r\n;\t]/

/**
 * Writes a line of CSV (RFC 4180), the one writer of what others may open as a table. No cell is a formula: what would be
 * one has an apostrophe before it. A number is written as it is; a list or an object as JSON; nothing as an empty cell; half
 * a surrogate pair as U+FFFD.
 */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value)
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed()
  const inner = text.replace(INNER_FORMULA, "$1'$2")
  const safe = FORMULA.test(text) || CUT.test(text) ? `'${inner}` : inner
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
