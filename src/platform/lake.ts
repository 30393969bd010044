export interface QueryResult {
  columns: { name: string; type: string }[]
  /** Values as JSON: numbers beyond 2^53 and timestamps as text. */
  rows: unknown[][]
}

/** SQL over everything archived. The view `events` has the columns of `event/columns.ts`. */
export interface Lake extends AsyncDisposable {
  /** @throws {AppError} `invalid_request` with the engine's own message when the SQL is wrong */
  query(sql: string): Promise<QueryResult>
}
