import type { ColumnInfo, Datum, GetQueryResultsOutput } from '@aws-sdk/client-athena'
import type { LakeColumn } from '../../lake'
import { wholeNumber } from '../../shared/answer-values'
import { timeFrom } from './athena-time'

/** Reads the columns of a result, which every page of `GetQueryResults` names. */
export function columnsOf({ ResultSet }: GetQueryResultsOutput): LakeColumn[] {
  const infos = ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
  return infos.map(({ Name = '', Type = '' }) => ({ name: Name, type: Type }))
}

interface Reading {
  /**
   * If true, the first row may name the columns: that of the first page of a SELECT does, that of
   * SHOW or DESCRIBE does not.
   */
  isNamed: boolean
  /**
   * If true, the query was asked in a time zone, and a time without one is by no clock that is known
   * here. Otherwise it is UTC, as all times of the tables are.
   */
  isZoned: boolean
}

/** Reads the rows of a page, where every value is text. */
export function rowsOf(
  { ResultSet }: GetQueryResultsOutput,
  { isNamed, isZoned }: Reading,
): unknown[][] {
  const infos = ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
  const texts = ResultSet?.Rows?.map(({ Data = [] }) => Data) ?? []
  return (isNamed && isHeader(texts[0], infos) ? texts.slice(1) : texts).map((row) =>
    infos.map(({ Type = '' }, i) => valueFrom(row[i]?.VarCharValue, Type, isZoned ? '' : 'Z')),
  )
}

function isHeader(row: Datum[] | undefined, infos: ColumnInfo[]): boolean {
  return row !== undefined && infos.every(({ Name }, i) => row[i]?.VarCharValue === Name)
}

const WHOLE = new Set(['tinyint', 'smallint', 'integer', 'bigint'])
const FRACTIONAL = new Set(['double', 'float', 'real'])

function valueFrom(text: string | undefined, type: string, zone: 'Z' | ''): unknown {
  if (text === undefined) return null
  if (type === 'boolean') return text === 'true'
  if (type === 'json') return JSON.parse(text)
  if (type.startsWith('timestamp')) return timeFrom(text, zone)
  if (WHOLE.has(type)) return wholeNumber(BigInt(text))
  if (!FRACTIONAL.has(type)) return text
  const number = Number(text)
  // NaN and the infinities stay text.
  return Number.isFinite(number) ? number : text
}
