/** Tells how far an erasure is in a lake whose files are written anew by a job. */
export interface LakeErasureState {
  /**
   * While it waits, the lake has all of theirs. Once it is `deleted` no reader of settled days has any, and
   * none will be settled; once it is `done` every file that held some is gone.
   */
  status: 'waiting' | 'deleted' | 'done'
  /** So many rows were deleted of the settled lake; what had only landed is left out as it is settled. */
  removed: number
  /** ISO 8601 UTC. */
  deletedAt?: string | undefined
  /** ISO 8601 UTC. */
  doneAt?: string | undefined
  /** By this day, `YYYY-MM-DD` UTC, the files of the settled lake that held them are gone, if the job runs. */
  settledBy: string
  /** By this day the files that landed before the request are gone, too. */
  landedBy: string
}

/**
 * Erasures in a lake that is changed by a job only, once a night: they are asked for, gathered and carried
 * out there. A platform that can erase at once (`archive.erase`) has none.
 */
export interface LakeErasures {
  /**
   * Asks for what arrived of these people up to a time; a repeat with the same id asks for nothing more.
   * @param request.actorIds in every spelling, compared as `People` does
   * @param request.requestedAt ISO 8601 UTC; what arrives later stays
   * @throws {StorageError}
   */
  request(
    tenantId: string,
    request: { id: string; actorIds: readonly string[]; requestedAt: string },
  ): Promise<void>
  /** @returns undefined where there is no such request */
  state(tenantId: string, id: string): Promise<LakeErasureState | undefined>
}
