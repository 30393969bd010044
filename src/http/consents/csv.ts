import { AppError } from '../../error/app-error'
import { CsvError, type CsvRow, createCsvReader } from '../../syntax/csv-reader'
import type { Row } from './rows'

/**
 * Reads CSV (RFC 4180) with a header; each row becomes an object of the header's names, without what is
 * empty.
 * @throws {AppError} `invalid_request` for a quote in a wrong place, or no header
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

function recordsOf(text: string): CsvRow[] {
  try {
    return [...createCsvReader().rows(text, true)]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new AppError('invalid_request', `Line ${error.line} of the CSV: ${error.message}.`)
  }
}
