import { CsvError, createCsvReader } from '../syntax/csv-reader'
import { inTurns, type Steps } from '../syntax/steps'
import { type Faults, unreadable } from './fault'
import { contentOf, type Room, type ZipEntry } from './zip'

/** A table says which columns of a file are read. All others, names and passwords too, are passed over. */
export interface TableForm {
  file: string
  required: readonly string[]
  optional: readonly string[]
  /** It may have so many rows. */
  maxRows: number
}

// Few cells have a line feed in them, and few files an empty line between rows.
const LINES_A_ROW = 4

/** A row, by the names of its columns; what is left out is an empty text. */
export type Row = (column: string) => string

/**
 * Reads a file row by row, with none of it in memory but what the caller keeps.
 * @param take is given each row and the line that it begins in
 * @throws {AppError} `invalid_request` where it is no CSV in UTF-8 with these columns; `too_large`
 */
export async function readTable(
  entry: ZipEntry,
  form: TableForm,
  { room, faults }: { room: Room; faults: Faults },
  take: (row: Row, line: number) => void,
): Promise<void> {
  const { file } = form
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const csv = createCsvReader(form.maxRows * LINES_A_ROW)
  const places = new Map<string, number>()
  let cells: string[] = []
  let width = 0
  let rows = 0
  const row: Row = (column) => cells[places.get(column) ?? -1]?.trim() ?? ''

  function* reading(text: string, isLast: boolean): Steps<void> {
    for (const found of csv.rows(text, isLast)) {
      const { line } = found
      if (width === 0) {
        width = readHeader(found.cells)
        continue
      }
      rows += 1
      if (rows > form.maxRows) {
        throw unreadable([file], `${file} has more than ${form.maxRows} rows`, 'too_many_rows')
      }
      cells = found.cells
      if (cells.length === width) take(row, line)
      else {
        const message = `The row has ${cells.length} columns, and the header ${width}`
        faults.add({ file, line, message, code: 'wrong_columns' })
      }
      yield
    }
  }

  function readHeader(names: string[]): number {
    for (const [place, given] of names.entries()) {
      const name = given.trim()
      if (places.has(name)) {
        throw unreadable(
          [file, 1, name],
          `${file} has the column ${name} twice`,
          'duplicate_column',
        )
      }
      places.set(name, place)
    }
    for (const name of form.required) {
      if (places.has(name)) continue
      throw unreadable([file, 1, name], `${file} has no column ${name}`, 'missing_column')
    }
    return names.length
  }

  try {
    for await (const piece of contentOf(entry, room)) {
      await inTurns(reading(decodedBy(decoder, file, piece), false))
    }
    await inTurns(reading(decodedBy(decoder, file), true))
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown
    throw unreadable(
      [file, thrown.line],
      `${file}, line ${thrown.line}: ${thrown.message}`,
      'not_csv',
    )
  }
  if (width === 0) throw unreadable([file], `${file} has no header`, 'missing_header')
}

/** A decoder leaves out the mark at the beginning. */
function decodedBy(decoder: TextDecoder, file: string, piece?: Uint8Array): string {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true })
  } catch {
    throw unreadable([file], `${file} is not in UTF-8`, 'not_utf8')
  }
}
