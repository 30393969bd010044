import type { Database, SQLQueryBindings } from 'bun:sqlite'
import { guarded } from './database'

/** Statements of small tables; `what` completes the sentence of an error. */
export interface Rows {
  all<Row>(what: string, sql: string, ...values: SQLQueryBindings[]): Promise<Row[]>
  one<Row>(what: string, sql: string, ...values: SQLQueryBindings[]): Promise<Row | undefined>
  /** @returns whether a row was changed */
  run(what: string, sql: string, ...values: SQLQueryBindings[]): Promise<boolean>
}

/** `query` keeps each statement prepared; async, so that what goes wrong is a rejection. */
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
