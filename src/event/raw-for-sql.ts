import { sqlJson } from '../syntax/sql-json'

/**
 * What the lake's column `raw` holds instead of an item's own text, which stands in `raw_exact` then:
 * a text that the engines can parse, so that one item cannot make a query over all of them fail.
 * @returns undefined when the item's own text is such a one, as nearly always
 */
export function rawForSql(raw: string): string | undefined {
  const safe = sqlJson(raw)
  return safe === raw ? undefined : safe
}
