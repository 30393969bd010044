import type { Clock } from '../../clock'
import { abortOf, type Batch, begunAt, removalOf } from './batch'
import { batchesOf, type OutcomesOf } from './outcomes'
import { readItems } from './read'
import { type EventTable, insertItems } from './write'

/**
 * A standing says what is in the table under a key: its content, and whether this call wrote it.
 */
export interface Standing {
  hash: Uint8Array
  isOurs: boolean
}

export interface Standings {
  standing: Map<string, Standing>
  /** Names the keys under which a batch without a commit has left items, which stand for nothing. */
  blocked: string[]
}

interface Needs {
  events: EventTable
  outcomesOf: OutcomesOf
  clock: Clock
}

// A batch is written in some seconds, by a function that answers within 29: one that has no outcome
// after that was left by a process that died. If it was not, it finds itself aborted.
const ABANDONED_AFTER_MS = 30_000

/** Makes a function that reads what stands under keys. */
export function standingsWith({ events, outcomesOf, clock }: Needs) {
  /** @throws {StorageError} */
  return async function standingsOf(
    keys: readonly string[],
    token: Uint8Array,
  ): Promise<Standings> {
    const held = [...(await readItems(events, keys, ['k', 'h', 'w', 'm'])).values()]
    const isOurs = ({ w }: (typeof held)[number]) => Buffer.compare(w!.B!, token) === 0
    const foreign = held.filter((item) => !isOurs(item))
    const outcomes = await outcomesOf(batchesOf(foreign))

    const standing = new Map<string, Standing>()
    const inTheWay = new Map<Batch, string[]>()
    for (const item of held) {
      const { k, h, m } = item
      if (isOurs(item) || m === undefined || outcomes.get(m.S!) === 'committed') {
        standing.set(k!.S!, { hash: h!.B!, isOurs: isOurs(item) })
      } else {
        inTheWay.set(m.S!, [...(inTheWay.get(m.S!) ?? []), k!.S!])
      }
    }
    for (const [batch, blocked] of inTheWay) {
      await clear(batch, blocked, outcomes.get(batch) === 'aborted', token)
    }
    return { standing, blocked: [...inTheWay.values()].flat() }
  }

  /**
   * Asks for what an abandoned batch left to be removed, which the function behind the stream does:
   * whoever answers requests may delete nothing. It makes sure that the batch is aborted.
   */
  async function clear(batch: Batch, keys: string[], isAborted: boolean, token: Uint8Array) {
    const now = clock.now()
    if (!isAborted && now.getTime() - begunAt(batch) < ABANDONED_AFTER_MS) return
    const removal = removalOf(batch, keys, now)
    await insertItems(events, isAborted ? [removal] : [abortOf(batch, token, now), removal])
  }
}
