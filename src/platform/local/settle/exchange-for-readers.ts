import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Follower } from '../aggregates/follower'
import { commit, exchange, type Journal } from './journal'
import type { Lock } from './lock'
import { settlingOf } from './places'
import { readersEnd } from './reading'

export interface Exchanging {
  /** The folder `events` of the lake. */
  folder: string
  /** Writes of the archive wait meanwhile. */
  placing: Lock
  follower?: Follower | undefined
  /** It is told of each step. */
  step?: ((name: string) => void) | undefined
}

/**
 * Exchanges files while others read: whoever has begun goes on with the old ones, since the engine
 * opens a file more than once and takes for granted that it is the same; whoever begins has the new.
 */
export async function exchangeForReaders(
  journal: Journal,
  { folder, placing, follower, step = () => {} }: Exchanging,
) {
  follower?.changing(journal)
  await commit(folder, journal)
  step('committed')
  await readersEnd(folder)
  step('unread')
  await placing.run(async () => {
    await exchange(folder, journal, step)
    await follower?.follow(journal)
  })
  step('followed')
  await readersEnd(folder)
  await rm(join(settlingOf(folder), journal.id), { recursive: true, force: true })
  step('cleared')
}
