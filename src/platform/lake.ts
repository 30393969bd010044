/**
 * The reader is a tenant, whose view `events` has its own events only, or the operator, whose view
 * has those of all. The view is what binds a tenant, not the SQL: SQL that is not our own says so
 * (`LakeQuery.foreign`), since an engine lets it name files and tables beside the view.
 */
export type LakeReader = { tenantId: string } | 'operator'

/** A query may take so much. The platform limits what is read of the lake: on AWS by workgroup. */
export interface LakeLimits {
  /**
   * A query may last so long from `start` to the answer; a lake that answers at once counts reading
   * it.
   */
  ms: number
  /** The answer may have so many rows. */
  rows: number
  /** The answer's values as JSON may have so many UTF-16 units. */
  size: number
}

export interface LakeQuery {
  reader: LakeReader
  /**
   * The SQL is in the dialect of the platform's engine. The view `events` has the columns of
   * `event/columns.ts`.
   */
  sql: string
  /**
   * Days and hours in the SQL are those of this time zone, an IANA name such as `Europe/Berlin`;
   * those of UTC when left out, wherever the server stands. Answers are in UTC all the same, and so
   * is the column `day`, which is a folder.
   */
  timezone?: string | undefined
  /**
   * The view has only the events for which this condition holds: SQL of our own over its columns,
   * with the values that somebody gave as literals (`query/narrowing.ts`).
   */
  where?: string | undefined
  /** The query may ask for limits below those of `lakeLimits`. */
  limits?: Partial<LakeLimits> | undefined
  /**
   * The SQL is somebody else's. It is judged by the engine's own grammar before it runs: one query over the
   * view `events`, with functions of a list. It sees no other row than its reader's, whatever it makes
   * the engine evaluate first, and has a process of its own or a workgroup with limits.
   */
  foreign?: Foreign | undefined
}

/** A value of a parameter, `$name` in the SQL. */
export type SqlValue =
  | { type: 'text' | 'date' | 'time'; value: string }
  | { type: 'number' | 'integer'; value: number }
  | { type: 'boolean'; value: boolean }
  | { type: 'null' }

export interface Foreign {
  /** By name. Each that the SQL has is given, and no other. */
  parameters: Readonly<Record<string, SqlValue>>
}

// Five minutes are longer than a person waits at a prompt; Athena itself would go on for half an hour.
// A million rows of counts is more than anybody reads, and their values take 300 MB of memory; of
// long texts it is the size that counts.
export const lakeLimits: LakeLimits = { ms: 5 * 60_000, rows: 1_000_000, size: 128 * 1024 * 1024 }

export interface LakeColumn {
  name: string
  /** The type has the name that the engine calls it by. */
  type: string
}

export type LakeState =
  | { status: 'running'; progress?: { scannedBytes: number } }
  | {
      status: 'done'
      columns: LakeColumn[]
      /**
       * The pages hold some rows at a time, to be read once. Values are those of JSON
       * (`syntax/json-text.ts`): a whole number is a number, beyond 2^53 a `bigint`; a time is ISO 8601
       * text in UTC, `2026-11-21T09:30:00.000Z`, and one of no zone has no `Z`. Reading past a limit throws an `AppError` `invalid_request`; a
       * reader that stops before that has the rows so far.
       */
      pages: AsyncIterable<unknown[][]>
    }
  /** The reason is the engine's own sentence, or ours when a limit or `cancel` ended it. */
  | { status: 'failed'; reason: string }

/**
 * The lake answers SQL over everything archived, in two steps, as engines differ in what they need.
 */
export interface Lake extends AsyncDisposable {
  /**
   * If true, `poll` waits for the answer. Ids of such a lake end with the process that gave them;
   * those of another are good in every process, as long as the engine remembers the query.
   */
  readonly isImmediate: boolean
  /**
   * @returns an id, good for the same reader only
   * Where only so many run at a time, it waits for its turn, tenants in rotation (`lake-turns.ts`).
   * @param options.signal whoever asked has gone: the query is not begun
   * @throws {AppError} `invalid_request` when an engine that parses first refuses the SQL, or there is
   *   no such time zone, `busy` when it waited in vain
   */
  start(query: LakeQuery, options?: { signal?: AbortSignal | undefined }): Promise<string>
  /**
   * Reads the state of a query, and stops one that has run for longer than its limit.
   * @throws {AppError} `not_found` for an id that was not given to this reader, has been read, or is
   *   of a process that has ended
   */
  poll(reader: LakeReader, id: string): Promise<LakeState>
  /**
   * Stops a query; one that has ended stays as it is.
   * @throws {AppError} `not_found` as `poll`
   */
  cancel(reader: LakeReader, id: string): Promise<void>
}

export interface SqlJudge {
  /**
   * Judges somebody else's SQL without running it.
   * @returns the names of its parameters
   * @throws {AppError} `invalid_request` with what is not allowed, `busy` as `Lake.start`
   */
  judge(sql: string): Promise<string[]>
}
