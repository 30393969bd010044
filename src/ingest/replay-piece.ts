import { setImmediate as rest } from 'node:timers/promises'
import { AppError } from '../error/app-error'
import { BLOCKED } from '../governance/blocklist/blocklist'
import { HELD } from '../governance/held'
import type { QuarantineFilter, QuarantineStore } from '../platform/quarantine-store'
import type { PatchOperation } from '../quarantine/patch'
import { type Replay, type Replayer, type ReplayResult, refusal } from './replay'

/** A request to replay says which items, and how they are repaired. */
export interface Asked {
  filter: QuarantineFilter
  patch?: readonly PatchOperation[] | undefined
  dryRun?: boolean | undefined
  /** The piece replays at most so many items. */
  limit: number
  /** An earlier piece ended here. */
  cursor?: string | undefined
}

/** A piece is the part of a request that is done. */
export interface Piece<View> {
  results: View[]
  /** The next piece goes on here; undefined when nothing is left. */
  nextCursor: string | undefined
  /** So many more items of the limit may still be examined. */
  left: number
}

/** @param budgetMs the time in milliseconds after which no further items are begun */
export type ReplayPiece<View> = (
  who: Replayer,
  asked: Asked,
  budgetMs: number,
) => Promise<Piece<View>>

// Items are read a few at a time, since each may have megabytes, and one at a time as soon as some
// take long, are long or have long results: a piece ends only between readings.
const MOST_AT_A_TIME = 16
const SLOW_MS = 100
const LONG_RESULTS = 64 * 1024
const LONG_ITEMS = 256 * 1024

// The budget in characters of JSON covers all results of one reply; on AWS a reply may have six
// megabytes.
const MAX_RESULTS = 1024 * 1024

/**
 * Replays the items that a filter finds, oldest first: if two claim one id, the one that came first
 * gets it. Other work has its turn after each item.
 */
export function createReplayPiece<View>(needs: {
  quarantine: Pick<QuarantineStore, 'list'>
  replay: Replay
  /**
   * Returns the part of a result that is remembered: a whole one may name megabytes of events, and
   * there are a thousand.
   */
  viewOf(result: ReplayResult): View
}): ReplayPiece<View> {
  const { quarantine, replay, viewOf } = needs

  async function replayOne(who: Replayer, quarantineId: string, asked: Asked) {
    try {
      const { patch, dryRun } = asked
      // Who replays all that there is has not looked at what is held.
      const releases = asked.filter.code === HELD || asked.filter.code === BLOCKED
      return await replay(who, quarantineId, { patch, dryRun, releases })
    } catch (thrown) {
      // The caller may not repair this item, or too many requests work on it: the others need not
      // wait for that.
      if (!(thrown instanceof AppError)) throw thrown
      const { message, code } = thrown
      return refusal(quarantineId, [{ path: [], pointer: '', message, code }])
    }
  }

  return async function replayPiece(who, asked, budgetMs) {
    const results: View[] = []
    const end = performance.now() + budgetMs
    let { cursor, limit: left } = asked
    let atATime = 1
    let length = 0
    do {
      const begun = performance.now()
      const before = length
      const page = { limit: Math.min(atATime, left), cursor, order: 'oldest' } as const
      const { items, nextCursor } = await quarantine.list(who.tenantId, page, asked.filter)
      for (const { quarantineId } of items) {
        const result = await replayOne(who, quarantineId, asked)
        await rest()
        // Somebody else may have replayed or deleted the item meanwhile.
        if (result === undefined) continue
        const view = viewOf(result)
        results.push(view)
        length += JSON.stringify(view).length
      }
      left -= items.length
      cursor = nextCursor
      const read = items.reduce((sum, { raw }) => sum + raw.length, 0)
      const isHeavy =
        performance.now() - begun > SLOW_MS || length - before > LONG_RESULTS || read > LONG_ITEMS
      atATime = isHeavy ? 1 : Math.min(atATime * 2, MOST_AT_A_TIME)
    } while (cursor !== undefined && left > 0 && performance.now() < end && length < MAX_RESULTS)
    return { results, nextCursor: cursor, left: cursor === undefined ? 0 : left }
  }
}
