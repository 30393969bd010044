import type { QuarantineFilter } from './quarantine-store'

/** A replay that goes on after its request was answered. */
export interface ReplayJob {
  tenantId: string
  replayId: string
  /** Whose it is, and what they may: as it was when they asked. */
  keyId: string
  /** Under which the registry has the key, to ask whether it still does. */
  hash?: string | undefined
  reach: readonly string[] | '*'
  isAdmin: boolean
  filter: QuarantineFilter
  /** As JSON text. */
  patch?: string | undefined
  startedAt: string
  /** What is done of it. */
  progress: ReplayProgress
}

export interface ReplayProgress {
  /** Where it goes on; absent when there is nothing left. */
  cursor?: string | undefined
  /** How many more items it looks at, at most. */
  left: number
  counts: Record<'stored' | 'duplicate' | 'set_aside' | 'refused', number>
  /** The first ids that were refused; `quarantine list` has the reasons. */
  refused: string[]
  finishedAt?: string | undefined
  /** Why it ended before its time. */
  problem?: string | undefined
}

/** Durable: what is not finished is found again after a restart. Throws `StorageError`. */
export interface ReplayJobs {
  /** @returns false when the tenant, or all together, have as many unfinished as there may be */
  add(job: ReplayJob): Promise<boolean>
  get(tenantId: string, replayId: string): Promise<ReplayJob | undefined>
  /** Notes how far it has come. */
  note(job: Pick<ReplayJob, 'tenantId' | 'replayId'>, progress: ReplayProgress): Promise<void>
  /**
   * The oldest unfinished job of the tenant after this one, in a circle: whoever asks with the tenant
   * that had its turn last gives each of them a turn, however many jobs one has.
   */
  next(afterTenant: string): Promise<ReplayJob | undefined>
}
