import type { QuarantineFilter } from './quarantine-store'

/** A job is a replay that goes on after its request was answered. */
export interface ReplayJob {
  tenantId: string
  replayId: string
  /** The job belongs to this key, with the rights that it had when the replay was asked for. */
  keyId: string
  /** The registry has the key under this hash; it is asked whether it still does. */
  hash?: string | undefined
  reach: readonly string[] | '*'
  isAdmin: boolean
  filter: QuarantineFilter
  /** The patch is JSON text. */
  patch?: string | undefined
  startedAt: string
  /** Progress tells what is done of it. */
  progress: ReplayProgress
}

export interface ReplayProgress {
  /** The job goes on from this cursor; absent when there is nothing left. */
  cursor?: string | undefined
  /** The job looks at so many more items, at most. */
  left: number
  counts: Record<'stored' | 'duplicate' | 'set_aside' | 'withheld' | 'refused', number>
  /** Lists the first ids that were refused; `quarantine list` has the reasons. */
  refused: string[]
  finishedAt?: string | undefined
  /** Says why it ended before its time. */
  problem?: string | undefined
}

/** Jobs are durable: an unfinished one is found again after a restart. Throws `StorageError`. */
export interface ReplayJobs {
  /** @returns false when the tenant, or all together, have as many unfinished as there may be */
  add(job: ReplayJob): Promise<boolean>
  get(tenantId: string, replayId: string): Promise<ReplayJob | undefined>
  /** Stores how far a job has come. */
  note(job: Pick<ReplayJob, 'tenantId' | 'replayId'>, progress: ReplayProgress): Promise<void>
  /**
   * Finds the oldest unfinished job of the tenant after this one, in a circle: a caller that asks
   * with the tenant that had its turn last gives each of them a turn, however many jobs one has.
   */
  next(afterTenant: string): Promise<ReplayJob | undefined>
  /** Forgets jobs that were finished before then, their patches with them. */
  expire(finishedBefore: Date): Promise<{ dropped: number }>
}
