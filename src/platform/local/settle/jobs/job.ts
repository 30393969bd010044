import type { JobAnswer } from '../../parquet/archive-job'

/** The process is told by this argument that its work can wait. */
export const GENTLE = '--gentle'

/** Steps of settling that need DuckDB, as plain data for the process that archives. */
export type SettleJob = { kind: 'settle'; staging: string } & (
  | SortStep
  | CopiesStep
  | JoinStep
  | SummaryStep
  | ExpireStep
)

/** Writes the rows of the first of these files, as many as one run has, sorted. */
export interface SortStep {
  step: 'sort'
  /** Files of the lake; as many of them are taken as one run has room for, one at least. */
  files: readonly string[]
  /** So many rows of the first file are in runs already. */
  skip: number
  output: string
  /** A run has so many rows, and as many bytes unpacked, at most. */
  most: { rows: number; bytes: number }
  /** If false, rows stay in the order in which they are: nothing but one row group is held. */
  isSorted: boolean
}

/** Leaves copies out of runs, and writes the ids of what is in them. */
export interface CopiesStep {
  step: 'copies'
  runs: readonly string[]
  /** Ids of what is settled: files that `ids` of a day were written to, this day's among them. */
  known: readonly IdsOfDay[]
  /** The ids of the runs are written here, with those of `kept`. */
  output: string
  /** Ids of this day, of files that stay. */
  kept?: string | undefined
}

export interface IdsOfDay {
  ids: string
  /** The settled files of the day, without those that are in a run. */
  files: readonly string[]
}

/** Makes files of a good size of runs, each of whole runs. */
export interface JoinStep {
  step: 'join'
  runs: readonly string[]
  folder: string
  /** The names of the files are this, a number and `z.parquet`. */
  stem: string
  mostBytes: number
}

/** Says of each tenant how many rows files hold, and the least that one asks to be kept. */
export interface SummaryStep {
  step: 'summary'
  files: readonly string[]
}

/** Writes a file without what has been kept for long enough. */
export interface ExpireStep {
  step: 'expire'
  file: string
  /** The new file is made here, when something is due. */
  made: string
  /** Rows of these tenants go that arrived before `before`, or before `now` by their own days. */
  due: readonly { tenantId: string; before: string }[]
  now: string
  isDryRun: boolean
}

/** The rows of a tenant, and the least number of days that a sender asks for. */
export type Summary = Record<string, { rows: number; leastDays?: number | undefined }>

export type Settled =
  | { kind: 'sorted'; files: number; skip: number; rows: number }
  | { kind: 'single'; rows: number; copies: number; summary: Summary }
  | { kind: 'joined'; names: string[] }
  | { kind: 'summed'; summary: Summary }
  | { kind: 'expired'; removed: number; left: number }

export type SettleAnswer = Settled | Exclude<JobAnswer, { kind: 'written' }>
