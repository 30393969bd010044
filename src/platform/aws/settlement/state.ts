import type { BlobStore } from '../../blob-store'
import type { Step } from './steps'

/** A day was settled, and its landed objects are still there. */
export interface MovedDay {
  /** All that had landed by then was settled: the statement began after this time, ISO 8601 UTC. */
  mergedFrom: string
  /** Readers have had it of the settled table since. */
  visibleFrom?: string | undefined
}

/** This is what settling knows beside the lake itself. All of it is found again where it is lost. */
export interface State {
  /** The columns that the settled table has; absent before there is one. */
  columns?: string[] | undefined
  /** The first day that the view reads as it landed. */
  from?: string | undefined
  /** The view's text as it was made last. */
  view?: string | undefined
  /** Days before `from` whose landed objects were there when they were last looked for. */
  moved: Record<string, MovedDay>
  /** The table was changed, and its files were not put in order since: from this day on, or all where it is empty. */
  changedFrom?: string | undefined
  /** The table was changed at this time last, ISO 8601 UTC. */
  changedAt?: string | undefined
  /** Files that were replaced before this time are gone, ISO 8601 UTC. */
  vacuumedAt?: string | undefined
  /** Expiry has removed what was old by this day. */
  expiredOn?: string | undefined
  /** The files were put in order at this time last. */
  optimizedAt?: string | undefined
  /** Days are merged in so many pieces, since a whole one was more than Athena takes. */
  pieces?: number | undefined
  /** The pieces of this day before this one are merged; the first began at this time. */
  begun?: { day: string; at: number; startedAt: string } | undefined
  /** This day was merged, and what became of it is to be counted. */
  counted?: string | undefined
  /** The statement that runs. */
  running?: { step: Step | AgeStep; id: string } | undefined
  /** Counts the statements that ended: the same one is a new one from then on. */
  ended: number
  /** The last expiry failed with this sentence; it is tried again the next day. */
  expiryProblem?: string | undefined
  /** Steps that failed in a row. */
  failures: number
  /** The last of them failed with this sentence. */
  problem?: string | undefined
  /** It is not tried again before this time. */
  retryAt?: string | undefined
}

/** Counts, then deletes, what has been kept for as long as it may be. */
export interface AgeStep {
  kind: 'aged' | 'expire'
  condition: string
}

/** All that settling notes has this prefix in the bucket of blobs, which has neither versions nor backups. */
export const SETTLING = 'lake/'

const KEY = `${SETTLING}settlement.json`

export async function readState(blobs: Pick<BlobStore, 'get'>): Promise<State> {
  const bytes = await blobs.get(KEY)
  if (bytes === undefined) return { moved: {}, failures: 0, ended: 0 }
  return JSON.parse(Buffer.from(bytes).toString()) as State
}

export async function writeState(blobs: Pick<BlobStore, 'put'>, state: State): Promise<void> {
  await blobs.put(KEY, Buffer.from(JSON.stringify(state)))
}
