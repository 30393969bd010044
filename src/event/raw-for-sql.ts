import { sqlJson } from '../syntax/sql-json'

/**
 * Returns what the lake's column `raw` holds instead of an item's own text, which then stands in
 * `raw_exact`: a text that the engines can parse, so that one item cannot make a query over all of
 * them fail.
 * @returns undefined when the engines can parse the item's own text, which is nearly always so
 */
export function rawForSql(raw: string): string | undefined {
  const safe = sqlJson(raw)
  return safe === raw ? undefined : safe
}
