import type { ColumnInfo, Datum, GetQueryResultsOutput } from '@aws-sdk/client-athena'
import type { QueryResult } from '../../lake'

/** The pages of `GetQueryResults`, where every value is text, as one result. */
export function athenaResult(
  pages: readonly GetQueryResultsOutput[],
  statementType: string | undefined,
): QueryResult {
  const infos = pages[0]?.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
  const texts = pages.flatMap(
    ({ ResultSet }) => ResultSet?.Rows?.map(({ Data = [] }) => Data) ?? [],
  )
  // Of a SELECT the first row names the columns; of SHOW or DESCRIBE it does not.
  const isNamed = statementType === 'DML' && isHeader(texts[0], infos)
  return {
    columns: infos.map(({ Name = '', Type = '' }) => ({ name: Name, type: Type })),
    rows: (isNamed ? texts.slice(1) : texts).map((row) =>
      infos.map(({ Type = '' }, i) => valueFrom(row[i]?.VarCharValue, Type)),
    ),
  }
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
  // As DuckDB writes it: without the digits of a fraction that say nothing.
  if (type === 'timestamp') return text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
  if (!WHOLE.has(type) && !FRACTIONAL.has(type)) return text
  const number = Number(text)
  // NaN and the infinities stay text, as do whole numbers that have lost digits.
  return (WHOLE.has(type) ? Number.isSafeInteger(number) : Number.isFinite(number)) ? number : text
}
