import { jsonText } from '../syntax/json-text'

// A column is wide enough for an IRI and a UUID; `raw` would fill screens. The other formats cut
// nothing.
const MAX_WIDTH = 60

/** Renders columns for people: aligned, numbers to the right, long values cut. */
export function renderTable(names: readonly string[], rows: readonly unknown[][]): string {
  const numeric = names.map((_, i) => rows.length > 0 && rows.every((row) => isNumber(row[i])))
  const cells = rows.map((row) => names.map((_, i) => cell(row[i])))
  const widths = names.map((name, i) =>
    Math.max(cell(name).length, ...cells.map((row) => row[i]!.length)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((text, i) => (numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  return [line(names.map(cell)), rule, ...cells.map(line)].join('\n')
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? jsonText(value) : String(value)
  const shown = harmless(text)
  return shown.length > MAX_WIDTH ? `${shown.slice(0, MAX_WIDTH - 1)}…` : shown
}

/**
 * Escapes what could steer the terminal in a sender's text: escape sequences, line breaks, text
 * direction.
 */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`
  })
}

function isNumber(value: unknown): boolean {
  return value === null || (value !== '' && Number.isFinite(Number(value)) && !Array.isArray(value))
}
