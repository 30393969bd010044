/** A row of CSV, with the line that it begins in, from 1. */
export interface CsvRow {
  line: number
  cells: string[]
}

/** It is thrown for text that is no CSV. */
export class CsvError extends Error {
  override readonly name = 'CsvError'
  readonly line: number
  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

// The longest rows of rosters and lists have some kilobytes; a quote that is never closed would take the whole file.
const MAX_ROW = 64 * 1024

const QUOTE = 0x22
const COMMA = 0x2c
const LF = 0x0a
const CR = 0x0d

/**
 * Reads CSV (RFC 4180) as it comes, piece by piece. Lines end in LF or CRLF; empty ones are passed over.
 * @param maxLines a file has no more, empty ones and those within quotes included
 */
export function createCsvReader(maxLines = Number.POSITIVE_INFINITY) {
  let rest = ''
  let line = 1

  /** @throws {CsvError} */
  function* rows(text: string, isLast: boolean): Generator<CsvRow> {
    const all = rest + text
    let at = 0
    while (at < all.length) {
      if (line > maxLines) throw new CsvError(line, `There are more than ${maxLines} lines`)
      const found = rowAt(all, at, isLast)
      if (found === undefined) {
        if (all.length - at > MAX_ROW) {
          throw new CsvError(
            line,
            `A row has more than ${MAX_ROW} characters: is a quote not closed?`,
          )
        }
        break
      }
      const { cells, end, lines } = found
      const isEmpty = cells.length === 1 && cells[0] === ''
      if (!isEmpty) yield { line, cells }
      line += lines
      at = end
    }
    rest = all.slice(at)
    if (isLast && rest !== '') throw new CsvError(line, 'A quote is not closed')
  }

  /** @returns undefined where the row is not whole yet */
  function rowAt(text: string, from: number, isLast: boolean) {
    const cells: string[] = []
    let lines = 0
    for (let at = from; ; ) {
      let cell: string
      if (text.charCodeAt(at) === QUOTE) {
        const close = closeOf(text, at + 1)
        if (close === undefined || (close + 1 >= text.length && !isLast)) return undefined
        cell = text.slice(at + 1, close)
        for (let lf = cell.indexOf('\n'); lf >= 0; lf = cell.indexOf('\n', lf + 1)) lines += 1
        if (cell.includes('"')) cell = cell.replaceAll('""', '"')
        at = close + 1
      } else {
        const start = at
        let code = text.charCodeAt(at)
        // Past the end of the text a code is NaN.
        while (code !== COMMA && code !== LF && !Number.isNaN(code)) {
          if (code === QUOTE) throw new CsvError(line + lines, 'A quote stands in a wrong place')
          at += 1
          code = text.charCodeAt(at)
        }
        const hasCr = code !== COMMA && at > start && text.charCodeAt(at - 1) === CR
        cell = text.slice(start, hasCr ? at - 1 : at)
      }
      cells.push(cell)
      if (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) at += 1
      if (at >= text.length) return isLast ? { cells, end: at, lines: lines + 1 } : undefined
      const next = text.charCodeAt(at)
      at += 1
      if (next === LF) return { cells, end: at, lines: lines + 1 }
      if (next === COMMA) continue
      // A CR may be the first half of the end of a line.
      if (next === CR && at >= text.length) {
        return isLast ? { cells, end: at, lines: lines + 1 } : undefined
      }
      throw new CsvError(line + lines, 'Something stands behind the end of a quote')
    }
  }

  return { rows }
}

/** Finds the quote that ends a cell: two in a row are one of its text. */
function closeOf(text: string, from: number): number | undefined {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at)
    if (at < 0) return undefined
    if (text.charCodeAt(at + 1) !== QUOTE) return at
  }
}
