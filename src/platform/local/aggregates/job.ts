import type { JobAnswer } from '../parquet/archive-job'
import type { Partition } from '../settle/places'

/** The job makes the aggregates of one day agree with its files. It is plain data, for another process. */
export interface AggregateJob {
  kind: 'aggregate'
  /** If true, it can wait for others. */
  isGentle: boolean
  /** The folder `events` of the lake, and the file of the aggregates. */
  folder: string
  file: string
  /** DuckDB puts here what its memory does not hold. */
  spillTo: string
  /** Nothing is counted where it is left out. */
  partition?: Partition | undefined
  /** Zones of tenants whose days are not those of UTC. */
  zones: Readonly<Record<string, string>>
  /** Digests of people are made under it, hexadecimal. */
  key: string
  /** If true, the file is damaged, and is made anew. */
  isNew: boolean
  /** If true, what no contribution names any more is forgotten: values, and digests of people. */
  isSweep: boolean
}

/**
 * So many files of the day are `left` for the next job. If `isZoned`, a tenant has another zone than its
 * people were counted by: what was counted of it is gone, whichever day it was of.
 */
export type AggregateAnswer =
  | { kind: 'aggregated'; left: number; isZoned: boolean }
  | Exclude<JobAnswer, { kind: 'written' }>
