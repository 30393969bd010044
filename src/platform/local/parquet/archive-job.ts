import type { ColumnType } from '../../../event/columns'

/** Records of one lake partition that become one Parquet file. Plain data: it goes to another process. */
export interface ArchiveJob {
  kind: 'write'
  /** Names the file: the batch and which of its records these are. */
  name: string
  /** The folder where it appears, and the one where it is made. */
  place: string
  staging: string
  pieces: Piece[]
  /** The columns of a line, in their order. */
  lines: readonly LineColumn[]
  /** Of the records: the longest line and all of them together at most, in bytes, unpacked. */
  longest: number
  unpacked: number
  /** Whether any value is escaped. */
  isEscaped: boolean
}

/** Records that DuckDB does not take, to be kept whole in a file of their own. */
export interface SetAsideJob {
  kind: 'set-aside'
  name: string
  place: string
  staging: string
  pieces: Piece[]
  /** The columns of a line, in their order. */
  lines: readonly LineColumn[]
  reason: string
}

/** People's records that are to go from a file of the lake, or of what DuckDB did not take. */
export interface EraseJob {
  kind: 'erase'
  /** Ends with `.parquet` or `.json`; it is replaced when it holds one of them. */
  file: string
  /** The folder where the new one is made. */
  staging: string
  tenantId: string
  actorIds: readonly string[]
}

export type AnyJob = ArchiveJob | SetAsideJob | EraseJob

export interface LineColumn {
  name: string
  type: ColumnType
}

/** The records `from` to `to` of a segment. */
export interface Piece {
  source: SegmentSource
  count: number
  from: number
  to: number
}

/** Where the body of a segment is: in a file of the log, or in one of its own. */
export type SegmentSource = { log: string; first: number } | { file: string }

/** `erased`: the file holds none of them any more. */
export type EraseAnswer =
  | { kind: 'erased'; removed: number }
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
