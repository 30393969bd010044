import type { FileChange } from '../../platform/erasure'

/** An erasure belongs to a tenant. */
export interface Whose {
  tenantId: string
  erasureId: string
}

export const erasureModes = ['delete', 'anonymise'] as const
export type ErasureMode = (typeof erasureModes)[number]

/** An erasure `waits` for its turn, until which it can be cancelled; `done`, `failed` and `cancelled` stay. */
export const erasureStatuses = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type ErasureStatus = (typeof erasureStatuses)[number]

/** A report tells what was found at one place. */
export interface PlaceReport {
  place: string
  /** It says in a sentence how the place was searched. */
  method: string
  /** Counts what was looked at: records, items, documents, files. */
  looked: number
  /** Counts what was found of the people; in a dry run, what would go. */
  found: number
  removed: number
  /** Files that were written anew, with their digests before and after. */
  files?: FileChange[] | undefined
  /** By this day, `YYYY-MM-DD` UTC, the last copy is gone, where a job removes it later. */
  goneBy?: string | undefined
  /** It says in a sentence what stays there, and why. */
  remains?: string | undefined
  /** Sentences say more of it. */
  notes?: string[] | undefined
}

/** The phases of an erasure, in their order. A phase may be begun again after a crash. */
export const phases = ['tombstones', 'aside', 'places', 'put-back', 'certify'] as const
export type Phase = (typeof phases)[number]

/** An erasure, as it is stored: nothing in it says who the people were. */
export interface Erasure extends Whose {
  mode: ErasureMode
  /** If true, everything is searched and counted, and nothing is changed. */
  isDryRun: boolean
  /** It searches again, as a dry run, what this erasure has erased. */
  verifies?: string | undefined
  reason: string
  /** The id of the key that asked for it. */
  by: string
  status: ErasureStatus
  /** Says why it waits, or ended before its time. */
  problem?: string | undefined
  /** So many ids were given, and so many texts are looked for with all their spellings. */
  ids: number
  spellings: number
  /** Times are ISO 8601 UTC. */
  requestedAt: string
  startedAt?: string | undefined
  finishedAt?: string | undefined
  phase: Phase
  /** So many places are done, … */
  place: number
  /** … and the next one is done up to here. */
  cursor?: string | undefined
  /** The report is of the place that is being searched, so far. */
  partial?: PlaceReport | undefined
  places: PlaceReport[]
  /** It is that of a search again. */
  verdict?: Verdict | undefined
  /** So many events were put back without the people. */
  putBack?: number | undefined
  /** It was begun again so often, after its process had ended. Counts of the place it was at begin anew. */
  resumed: number
  /** A process that carries it on says so, and until when it is the only one; ISO 8601 UTC. */
  heldUntil?: string | undefined
  /** Counts the changes, so that no two documents of an erasure are the same. */
  step: number
}

export interface Verdict {
  /** If true, the certificate is as it was signed. */
  isGenuine: boolean
  /** If true, nothing of the people was found anywhere. */
  isClean: boolean
}

export function isOver({ status }: Pick<Erasure, 'status'>): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled'
}
