import type { Database } from 'bun:sqlite'
import { guarded } from '../database'
import type { Position } from '../log/generation'
import type { Commits } from './commits'
import { type Consistency, MAX_WRITING_MS } from './consistency'

/** How far the follower of the log has come, as this file knows it. */
export interface Settled {
  /**
   * Everything before a position of the log was added.
   * @param written when what stands at that position was written, ms since 1970; undefined at the end
   * @param now ms since 1970
   */
  settle(position: Position, written: number | undefined, now: number): Promise<void>
  /**
   * Begins to follow: until the follower has come to `end`, readers are told so.
   * @param cursor the follower's own, in another file
   * @param countFrom counts what the log holds from a position on
   * @returns where it has to begin: not beyond what this file has
   */
  follow(
    cursor: Position | undefined,
    end: Position,
    countFrom: (position: Position) => number,
  ): Position
}

interface Needs {
  commits: Pick<Commits<unknown>, 'commitDurably'>
  consistency: Pick<Consistency, 'catchUp' | 'caughtUp' | 'lowest'>
}

export function createSettled(db: Database, { commits, consistency }: Needs): Settled {
  const read = db.query<{ position: number; through: number }, []>(
    'SELECT position, through FROM settled',
  )
  const write = db.query<null, [number, number]>(
    'INSERT OR REPLACE INTO settled (one, position, through) VALUES (1, ?, ?)',
  )
  /** Up to here the log had been written at the start, when that was further than the follower. */
  let target: Position | undefined

  return {
    async settle(position, written, now) {
      await commits.commitDurably(() => write.run(position, Math.max(0, consistency.lowest(now))))
      if (target === undefined) return
      if (position >= target || written === undefined) {
        target = undefined
        consistency.caughtUp()
        return
      }
      // All that stands behind was written later, and got its time so long before at most.
      consistency.catchUp(Math.max(0, written - MAX_WRITING_MS))
    },

    follow(cursor = 0, end, countFrom) {
      const known = guarded('reading statements', () => read.get())
      const begin = Math.min(cursor, known?.position ?? 0)
      if (countFrom(begin) === 0) return begin
      target = end
      consistency.catchUp(known?.through ?? 0)
      return begin
    },
  }
}
