import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { commit, exchange, type Journal } from './journal'
import type { Lock } from './lock'
import { settlingOf } from './places'
import { readersEnd } from './reading'

/**
 * Exchanges files while others read: whoever has begun goes on with the old ones, since the engine
 * opens a file more than once and takes for granted that it is the same; whoever begins has the new.
 * @param placing writes of the archive wait meanwhile
 */
export async function exchangeForReaders(
  folder: string,
  journal: Journal,
  { placing, step = () => {} }: { placing: Lock; step?: ((name: string) => void) | undefined },
) {
  await commit(folder, journal)
  step('committed')
  await readersEnd(folder)
  step('unread')
  await placing.run(() => exchange(folder, journal, step))
  await readersEnd(folder)
  await rm(join(settlingOf(folder), journal.id), { recursive: true, force: true })
  step('cleared')
}
