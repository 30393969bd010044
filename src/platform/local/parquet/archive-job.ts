import type { ColumnType } from '../../../event/columns'
import type { AggregateJob } from '../aggregates/job'
import type { SettleJob } from '../settle/jobs/job'

/**
 * An archive job has records of one lake partition that become one Parquet file. It is plain data,
 * for another process.
 */
export interface ArchiveJob {
  kind: 'write'
  /** The file is named after the batch and which of its records these are. */
  name: string
  /** The file appears in the folder `place`, and is made in `staging`. */
  place: string
  staging: string
  pieces: Piece[]
  /** A line has these columns, in this order. */
  lines: readonly LineColumn[]
  /** The longest line of the records, and all of them at most, have so many bytes, unpacked. */
  longest: number
  unpacked: number
  /** If true, some value is escaped. */
  isEscaped: boolean
}

/** The job stores records that DuckDB does not take whole, in a file of their own. */
export interface SetAsideJob {
  kind: 'set-aside'
  name: string
  place: string
  staging: string
  pieces: Piece[]
  /** A line has these columns, in this order. */
  lines: readonly LineColumn[]
  reason: string
}

/** The job erases people's records from a file of the lake, or of what DuckDB did not take. */
export interface EraseJob {
  kind: 'erase'
  /** The file ends with `.parquet` or `.json`. */
  file: string
  /** The new file is made here, when the old one holds one of them. */
  made: string
  tenantId: string
  actorIds: readonly string[]
  /** If true, the file is searched and stays as it is. */
  isDryRun: boolean
}

export type AnyJob = ArchiveJob | SetAsideJob | EraseJob | SettleJob | AggregateJob

export interface LineColumn {
  name: string
  type: ColumnType
}

/** A piece is the records `from` to `to` of a segment. */
export interface Piece {
  source: SegmentSource
  count: number
  from: number
  to: number
}

/** The body of a segment is in a file of the log, or in one of its own. */
export type SegmentSource = { log: string; first: number } | { file: string }

/**
 * `erased` says that the file holds none of them any more. Where some were removed, `before` and `after`
 * are SHA-256 of its bytes, in hexadecimal.
 */
export type EraseAnswer =
  | {
      kind: 'erased'
      removed: number
      looked: number
      /** These are of the records that were found. */
      eventIds: string[]
      before?: string
      after?: string
    }
  | Exclude<JobAnswer, { kind: 'written' }>

export type JobAnswer =
  | { kind: 'written'; warning?: string | undefined; eventId?: string | undefined }
  /** DuckDB does not take this data, whatever is tried. */
  | { kind: 'refused'; reason: string }
  /** The segment of a piece cannot be unpacked. */
  | { kind: 'damaged'; reason: string; piece: number }
  /** More memory would be needed than there is; fewer records need less. */
  | { kind: 'memory'; reason: string }
  /** The disk has room for a part of it only. */
  | { kind: 'room'; reason: string; share: number }
  /** Nothing is wrong with the data: it is worth waiting. */
  | { kind: 'waiting'; reason: string }
  /** DuckDB is not fit for use any more; a new process is. */
  | { kind: 'broken'; reason: string }
