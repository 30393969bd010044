import type { Database, SQLQueryBindings } from 'bun:sqlite'
import { guarded } from './database'

/** The functions run statements of small tables; `what` completes the sentence of an error. */
export interface Rows {
  all<Row>(what: string, sql: string, ...values: SQLQueryBindings[]): Promise<Row[]>
  one<Row>(what: string, sql: string, ...values: SQLQueryBindings[]): Promise<Row | undefined>
  /** Runs a statement that writes. @returns whether a row was changed */
  run(what: string, sql: string, ...values: SQLQueryBindings[]): Promise<boolean>
}

/**
 * `query` caches each prepared statement. The functions are async, so that an error is a rejection.
 */
export function createRows(db: Database): Rows {
  return {
    all: async <Row>(what: string, sql: string, ...values: SQLQueryBindings[]) =>
      guarded(what, () => db.query<Row, SQLQueryBindings[]>(sql).all(...values)),
    one: async <Row>(what: string, sql: string, ...values: SQLQueryBindings[]) =>
      guarded(what, () => db.query<Row, SQLQueryBindings[]>(sql).get(...values) ?? undefined),
    run: async (what, sql, ...values) =>
      guarded(what, () => db.query(sql).run(...values).changes > 0),
  }
}
