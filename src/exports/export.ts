import type { Condition } from '../event/condition'

/** It names an export. */
export interface Whose {
  tenantId: string
  exportId: string
}

export const exportFormats = ['jsonl', 'csv', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]

export const exportStatuses = ['running', 'ready', 'failed', 'cancelled', 'expired'] as const
export type ExportStatus = (typeof exportStatuses)[number]

/** The steps come in this order; each goes on from its place after a restart. */
export const exportSteps = ['days', 'rows', 'end', 'file', 'done'] as const
export type ExportStep = (typeof exportSteps)[number]

/** Some days of the lake, with what of them was selected. */
export interface DayCount {
  /** `YYYY-MM-DD`, UTC. */
  day: string
  rows: number
}

/** A stretch of arrivals that is read at once, ISO 8601 UTC. */
export interface Slice {
  /** Days of the lake that it is in, both inclusive. */
  days: readonly [first: string, last: string]
  /** Left out, the days as a whole. */
  from?: string | undefined
  to?: string | undefined
  rows: number
}

/** Which events are in an export, and what of each. */
export interface Selection {
  /** SQL of our own over the view `events`: what was asked for, and what may be seen. */
  where: string
  /** The rest of what was asked for, which SQL does not say. */
  condition?: Condition | undefined
  /** Names of fields (`exportFields`), in the order of the columns. */
  fields: readonly string[]
  /** All spellings of a person's ids: other people are taken out of what is theirs. */
  learner?: readonly string[] | undefined
}

/** Somebody asked for events as a file. */
export interface ExportJob extends Whose {
  status: ExportStatus
  /** ISO 8601 UTC, as all times here. What arrived before then is in it. */
  createdAt: string
  /** Whoever asked: a key by its id, a person by their issuer and id. */
  by: string
  format: ExportFormat
  selection: Selection
  /** The file is called so. */
  name: string
  /** The same question by the same asker is the same text. */
  question: string
  step: ExportStep
  place: {
    days?: DayCount[] | undefined
    slices?: Slice[] | undefined
    /** The last event that was read of a slice that is read a few rows at a time, in the order of arrival. */
    after?: { receivedAt: string; eventId: string } | undefined
    /** So many rows are asked for at once, after an answer that could not be read. */
    limit?: number | undefined
    /** A row of the slice before had so many characters. */
    chars?: number | undefined
    /** The platform's own, of a file that is being put together. */
    file?: unknown
  }
  /** Events that SQL selects, as counted when it began; what a condition leaves out is among them. */
  total?: number | undefined
  /** So many of them were looked at. */
  read: number
  /** So many are in the file. */
  rows: number
  /** How many bytes each part has, as it is stored. */
  parts: number[]
  readyAt?: string | undefined
  /** The file is deleted then. */
  expiresAt?: string | undefined
  /** Says why it failed. */
  problem?: string | undefined
  /** It grows with each write, so that two writers never write the same. */
  revision: number
}

/** A file can be fetched for so long: it is a copy beside the lake, and no place to keep people's events. */
export const FILE_DAYS = 3

/** Tells how far an export is: 0 to 1, at most two digits. */
export function progressOf({ status, total, read }: ExportJob): number {
  if (status === 'ready') return 1
  if (total === undefined || total === 0) return 0
  // The last hundredth is to put the file together.
  return Math.floor(Math.min(read / total, 1) * 99) / 100
}
