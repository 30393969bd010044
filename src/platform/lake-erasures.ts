/** Tells how far an erasure is in a lake whose files are written anew by a job. */
export interface LakeErasureState {
  /**
   * While it waits, the lake has all of theirs. Once it is `deleted` no reader of settled days has any, and
   * none will be settled; once it is `done` every file that held some is gone.
   */
  status: 'waiting' | 'deleted' | 'done'
  /** So many rows were found: of the settled lake, and for a request that only counts of what landed, too. */
  found: number
  /** ISO 8601 UTC. */
  deletedAt?: string | undefined
  /** ISO 8601 UTC. */
  doneAt?: string | undefined
  /** By this day, `YYYY-MM-DD` UTC, the files of the settled lake that held them are gone, if the job runs. */
  settledBy: string
  /** By this day the files that landed before the request are gone, too. */
  landedBy: string
}

/** A request is for what arrived of these people up to a time. */
export interface LakeErasureRequest {
  id: string
  /** The ids stand in every spelling, and are compared as `People` does. */
  actorIds: readonly string[]
  /** ISO 8601 UTC; later arrivals stay. */
  requestedAt: string
  /** If true, rows are counted, soon, and nothing is erased. */
  isDryRun?: boolean | undefined
}

/**
 * Erasures in a lake that is changed by a job only, once a night: they are asked for, gathered and carried
 * out there. A platform that can erase at once (`archive.erase`) has none.
 */
export interface LakeErasures {
  /**
   * Asks for an erasure; a repeat with the same id asks for nothing more.
   * @throws {StorageError}
   */
  request(tenantId: string, request: LakeErasureRequest): Promise<void>
  /** @returns undefined where there is no such request */
  state(tenantId: string, id: string): Promise<LakeErasureState | undefined>
  /**
   * Writes queries that list the ids of what the lake has of these people, in the dialect of its engine:
   * what else stands for those events is forgotten by them.
   */
  idQueries(tenantId: string, actorIds: readonly string[]): Promise<string[]>
}
