import { AppError } from '../../error/app-error'
import type { Row } from './rows'

/**
 * Reads CSV (RFC 4180) with a header; each row becomes an object of the header's names, without what is
 * empty.
 * @throws {AppError} `invalid_request` for a quote without its end, or no header
 */
export function csvRows(text: string): Row[] {
  const [header, ...records] = recordsOf(text.replace(/^\uFEFF/, ''))
  if (header === undefined) throw new AppError('invalid_request', 'The CSV has no header.')
  const names = header.cells.map((name) => name.trim())
  return records.map(({ line, cells }) => {
    if (cells.length !== names.length) return { line }
    const pairs = names.map((name, at) => [name, cells[at]!] as const)
    return { line, value: Object.fromEntries(pairs.filter(([, cell]) => cell !== '')) }
  })
}

interface CsvRecord {
  line: number
  cells: string[]
}

// A cell is quoted, with quotes doubled, or has no comma, quote or line feed.
const CELL = /"((?:[^"]|"")*)"(?=,|\r?\n|$)|([^",\r\n]*)(?=,|\r?\n|$)/y

function recordsOf(text: string): CsvRecord[] {
  const records: CsvRecord[] = []
  let line = 1
  let at = 0
  while (at < text.length) {
    const record: CsvRecord = { line, cells: [] }
    for (;;) {
      CELL.lastIndex = at
      const found = CELL.exec(text)
      if (found === null) {
        throw new AppError(
          'invalid_request',
          `Line ${line} of the CSV has a quote in a wrong place.`,
        )
      }
      const [whole, quoted, plain] = found
      record.cells.push(quoted?.replaceAll('""', '"') ?? plain!)
      at += whole.length
      line += whole.split('\n').length - 1
      if (text[at] !== ',') break
      at += 1
    }
    at += text.startsWith('\r\n', at) ? 2 : 1
    line += 1
    const isEmpty = record.cells.length === 1 && record.cells[0] === ''
    if (!isEmpty) records.push(record)
  }
  return records
}
