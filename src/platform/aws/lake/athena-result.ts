import type { ColumnInfo, Datum, GetQueryResultsOutput } from '@aws-sdk/client-athena'
import type { LakeColumn } from '../../lake'

/** Reads the columns of a result, which every page of `GetQueryResults` names. */
export function columnsOf({ ResultSet }: GetQueryResultsOutput): LakeColumn[] {
  const infos = ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
  return infos.map(({ Name = '', Type = '' }) => ({ name: Name, type: Type }))
}

/**
 * Reads the rows of a page, where every value is text.
 * @param options.isNamed whether the first row may name the columns: that of the first page of a
 * SELECT does, that of SHOW or DESCRIBE does not
 */
export function rowsOf(
  { ResultSet }: GetQueryResultsOutput,
  { isNamed }: { isNamed: boolean },
): unknown[][] {
  const infos = ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
  const texts = ResultSet?.Rows?.map(({ Data = [] }) => Data) ?? []
  return (isNamed && isHeader(texts[0], infos) ? texts.slice(1) : texts).map((row) =>
    infos.map(({ Type = '' }, i) => valueFrom(row[i]?.VarCharValue, Type)),
  )
}

function isHeader(row: Datum[] | undefined, infos: ColumnInfo[]): boolean {
  return row !== undefined && infos.every(({ Name }, i) => row[i]?.VarCharValue === Name)
}

const WHOLE = new Set(['tinyint', 'smallint', 'integer', 'bigint'])
const FRACTIONAL = new Set(['double', 'float', 'real'])

function valueFrom(text: string | undefined, type: string): unknown {
  if (text === undefined) return null
  if (type === 'boolean') return text === 'true'
  if (type === 'json') return JSON.parse(text)
  // DuckDB writes it so: without the digits of a fraction that say nothing.
  if (type === 'timestamp') return text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
  if (!WHOLE.has(type) && !FRACTIONAL.has(type)) return text
  const number = Number(text)
  // NaN and the infinities stay text, as do whole numbers that have lost digits.
  return (WHOLE.has(type) ? Number.isSafeInteger(number) : Number.isFinite(number)) ? number : text
}
