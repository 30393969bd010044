import { type Column, type ColumnType, columns } from '../../../event/columns'
import { textSha256 } from '../../../event/content'
import { rawForSql } from '../../../event/raw-for-sql'
import type { EventRecord } from '../../../event/record'

/**
 * A line is one record: its columns joined by tabs; `raw`, the last, stands as it was sent. DuckDB
 * reads such lines as CSV without quoting, at half the cost of JSON (decisions/0006). A value that
 * holds a separator is escaped, and `isEscaped` says whether any in the segment was.
 */
export const FIELD = '\t'
export const ITEM = '\x1f' // ASCII "unit separator", between the values of a list
export const ESCAPE = '\x01'

/** A value may not hold these characters; `ESCAPE` and the letter stand in their place. */
export const escapes: readonly (readonly [char: string, letter: string])[] = [
  [ESCAPE, 'e'],
  [FIELD, 't'],
  ['\n', 'n'],
  ['\r', 'r'],
  [ITEM, 'i'],
]

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the separators themselves
const SPECIAL = /[\t\n\r\x01\x1f]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the separators themselves
const ALL_SPECIAL = /[\t\n\r\x01\x1f]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the separators themselves
const ALL_ESCAPED = /\x01(.)/g

const letters = new Map(escapes)
const chars = new Map(escapes.map(([char, letter]) => [letter, char]))

let sawEscape = false

function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text
  sawEscape = true
  return text.replace(ALL_SPECIAL, (char) => ESCAPE + letters.get(char))
}

export function unescaped(text: string): string {
  if (!text.includes(ESCAPE)) return text
  return text.replace(ALL_ESCAPED, (_, letter: string) => chars.get(letter) ?? '')
}

type Value = string | number | boolean | string[] | undefined

/** Absent and empty are the same here: a column holds something or nothing. */
const encoders: Record<ColumnType, (value: Value) => string> = {
  string: (value) => (value === undefined ? '' : escaped(value as string)),
  strings: (value) => (value === undefined ? '' : (value as string[]).map(escaped).join(ITEM)),
  double: (value) => (Number.isFinite(value) ? String(value) : ''),
  bigint: (value) => (Number.isSafeInteger(value) ? String(value) : ''),
  boolean: (value) => (value === undefined ? '' : String(value)),
  timestamp: (value) => (value === undefined ? '' : (value as string)),
}

const decoders: Record<ColumnType, (text: string) => Value> = {
  string: unescaped,
  strings: (text) => text.split(ITEM).map(unescaped),
  double: Number,
  bigint: Number,
  boolean: (text) => text === 'true',
  timestamp: (text) => text,
}

const expiresAt: Column = {
  name: 'expires_at',
  type: 'timestamp',
  from: ['expiresAt'],
  comment: 'when the hot copy may be dropped',
}

/**
 * The pipeline stamps these fields: they are the same for all events of a request, and encoded
 * once. Category, privacy and retention are not, since each type of native events has its own.
 */
export const stampedFields = [
  'tenantId',
  'sourceId',
  'receivedAt',
  'storedAt',
  'skewMs',
  'server',
  'repair',
  'expiresAt',
] as const satisfies readonly (keyof EventRecord)[]

/**
 * A line has this column beside the record, for the lake: its `raw`, where it is not the record's
 * own.
 */
const forSql: Column = {
  name: 'raw_for_sql',
  type: 'string',
  from: ['raw'],
  comment: 'raw as SQL can parse it, where the text that was sent is not such a one',
}

const sentSha256: Column = {
  name: 'sent_sha256',
  type: 'string',
  from: ['sentSha256'],
  comment: 'SHA-256 of what was sent, where raw is another text',
}

/**
 * `raw` comes last and is the only one that is not escaped. The lake has no use for `expires_at`
 * and `sent_sha256`.
 */
const plain = [...columns.filter(({ from }) => from[0] !== 'raw'), forSql, sentSha256]
const stampedNames: readonly string[] = stampedFields
const isStamped = ({ from }: Column) => stampedNames.includes(from[0])
const own = plain.filter((column) => !isStamped(column))
const stamped = [...plain.filter(isStamped), expiresAt]
const described = [...own, ...stamped]
export const lineColumns = [...described, ...columns.filter(({ name }) => name === 'raw')]
export const lineNames: readonly string[] = lineColumns.map(({ name }) => name)

const layouts = new Map<string, readonly LineColumn[]>()

type LineColumn = Pick<Column, 'name' | 'type'>

/**
 * Lists the columns of lines for a reader that does not decode them, which DuckDB is.
 * @param names as a generation has them; those of now when left out
 * @returns the very same list for the same names
 */
export function columnsOfLines(names: readonly string[] = lineNames): readonly LineColumn[] {
  const key = names.join()
  const known = layouts.get(key)
  if (known !== undefined) return known
  const types = new Map(lineColumns.map(({ name, type }) => [name, type]))
  const layout = names.map((name) => ({ name, type: types.get(name) ?? 'string' }))
  layouts.set(key, layout)
  return layout
}

const joinOwn = joinerOf(own)
const joinStamped = joinerOf(stamped)
let last: { record: EventRecord; text: string; isEscaped: boolean } | undefined

function joinerOf(list: readonly Column[]): (record: EventRecord) => string {
  const readers = list.map(readerOf)
  const cells = new Array<string>(readers.length)
  return (record) => {
    for (let i = 0; i < readers.length; i++) cells[i] = readers[i]!(record)
    return cells.join(FIELD)
  }
}

function readerOf({ from: [outer, inner], type }: Column): (record: EventRecord) => string {
  const encode = encoders[type]
  if (outer === 'raw') return ({ raw }) => encode(rawForSql(raw))
  if (inner === undefined) return (record) => encode(record[outer] as Value)
  return (record) => encode((record[outer] as Record<string, Value> | undefined)?.[inner])
}

function stampsOf(record: EventRecord) {
  if (last !== undefined && isStampedAs(last.record, record)) return last
  sawEscape = false
  const text = joinStamped(record) + FIELD
  last = { record, text, isEscaped: sawEscape }
  return last
}

/** Compares `stampedFields`: a list of names that is gone through takes four times as long. */
function isStampedAs(one: EventRecord, other: EventRecord): boolean {
  return (
    one.server === other.server &&
    one.receivedAt === other.receivedAt &&
    one.skewMs === other.skewMs &&
    one.expiresAt === other.expiresAt &&
    one.tenantId === other.tenantId &&
    one.sourceId === other.sourceId &&
    one.storedAt === other.storedAt &&
    one.repair === other.repair
  )
}

/**
 * Makes a record's `raw` one line.
 * @returns the columns that are the same for all events of a request; `isEscaped` when a value of theirs
 * had to be escaped
 */
export function prepareLine(record: EventRecord): { text: string; isEscaped: boolean } {
  // The record is changed as well: a reader that has it before it comes from the file sees the
  // same.
  const raw = oneLine(record.raw)
  if (raw !== record.raw) {
    record.sentSha256 ??= textSha256(record.raw)
    record.raw = raw
  }
  return stampsOf(record)
}

/**
 * Encodes a record.
 * @returns the line without its end; `isEscaped` when a value had to be escaped
 */
export function encodeLine(record: EventRecord): { head: string; raw: string; isEscaped: boolean } {
  const stamps = prepareLine(record)
  sawEscape = false
  const head = joinOwn(record) + FIELD + stamps.text
  return { head, raw: record.raw, isEscaped: sawEscape || stamps.isEscaped }
}

/**
 * Replaces line breaks and tabs: in JSON they stand only between tokens, where a space means the
 * same.
 */
function oneLine(raw: string): string {
  const breaks = raw.includes('\n') || raw.includes('\t') || raw.includes('\r')
  return breaks ? raw.replace(/[\n\r\t]/g, ' ') : raw
}

/** Reads `raw` of lines whose columns are `names`: the last column needs no look at the others. */
export function rawReaderFor(names: readonly string[]): (line: string) => string {
  const place = names.indexOf('raw')
  if (place === names.length - 1) return (line) => line.slice(line.lastIndexOf(FIELD) + 1)
  return (line) => line.split(FIELD)[place]!
}

type Values = Record<string, unknown>

/** Reads a line back. A column that lines no longer have is passed over. */
export type DecodeLine = (line: string) => EventRecord

/** Makes the decoder for the lines of a generation, whose columns are `names` in this order. */
export function decoderFor(names: readonly string[]): DecodeLine {
  const known = new Map(lineColumns.map((column) => [column.name, column]))
  const cells = names.flatMap((name, place) => {
    const column = known.get(name)
    return column === undefined ? [] : [{ ...column, place, decode: decoders[column.type] }]
  })
  // The text that SQL reads in place of `raw` is for the lake alone: a record has what was sent.
  const escapedCells = cells.filter(({ name }) => name !== 'raw' && name !== forSql.name)
  const rawPlace = names.indexOf('raw')

  return function decodeLine(line) {
    const parts = line.split(FIELD)
    const record = { issueCodes: [], server: {}, raw: parts[rawPlace] } as object as EventRecord
    for (const { place, from, decode } of escapedCells) {
      const text = parts[place]!
      if (text === '') continue
      const [outer, inner] = from
      const values = record as object as Values
      if (inner !== undefined) values[outer] ??= {}
      const target = (inner === undefined ? values : values[outer]) as Values
      target[inner ?? outer] = decode(text)
    }
    return record
  }
}
