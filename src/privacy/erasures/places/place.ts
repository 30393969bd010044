import type { Erased, FileChange } from '../../../platform/erasure'
import type { Whose } from '../erasure'
import type { ErasureStore } from '../store'

/** A search goes through one place for people. */
export interface Search extends Whose {
  /** Every text that may stand for them. */
  actorIds: readonly string[]
  /** If true, it is counted, and nothing is changed. */
  isDryRun: boolean
  /** ISO 8601 UTC. */
  requestedAt: string
  /** It keeps for later places what an earlier one found. */
  store: Pick<ErasureStore, 'seal' | 'sealed'>
}

export interface Found {
  looked: number
  found: number
  removed: number
  files?: FileChange[] | undefined
  goneBy?: string | undefined
  remains?: string | undefined
  notes?: string[] | undefined
  /** The place is not done: the next call goes on from here. */
  nextCursor?: string | undefined
  /** Somebody else is at work there: the next call comes after so long. */
  waitMs?: number | undefined
}

/** A place holds copies of what is known of people. A search of it may be repeated. */
export interface Place {
  name: string
  /** Says in a sentence how it is searched. */
  method: string
  /** @throws {StorageError} a part may be done; the same call does the rest */
  search(search: Search, cursor?: string): Promise<Found>
}

export function foundBy(
  { removed, looked = 0, files }: Erased,
  { isDryRun }: Pick<Search, 'isDryRun'>,
): Found {
  return {
    ...{ looked, found: removed, removed: isDryRun ? 0 : removed },
    ...(files !== undefined && { files }),
  }
}
