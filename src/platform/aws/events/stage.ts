import { StorageError } from '../../../error/storage-error'
import type { Clock } from '../../clock'
import { ATTEMPTS, waitAfter } from '../dynamo/transact'
import { abortOf, type Batch, beginBatch, commitOf, removalOf } from './batch'
import { readItems } from './read'
import type { Standing, standingsWith } from './standing'
import { type EventTable, insertItems } from './write'
import type { Item } from './write-units'

interface Needs {
  events: EventTable
  standingsOf: ReturnType<typeof standingsWith>
  clock: Clock
}

export interface Staged {
  /** `taken` means that another item stands under some key, and that nothing is stored. */
  kind: 'stored' | 'taken' | 'busy'
  /** These stood there already. */
  standing: ReadonlyMap<string, Standing>
}

/** Makes a function that writes any number of items as one: each with a mark, and then a commit. */
export function stageWith({ events, standingsOf, clock }: Needs) {
  /** @throws {StorageError} all of them or none may be written */
  return async function stage(items: readonly Item[], token: Uint8Array): Promise<Staged> {
    const batch = beginBatch(items[0]!.k!.S!, clock.now())
    const marked: Item[] = items.map((item) => ({ ...item, m: { S: batch } }))
    const abort = () => abandon(batch, marked, token)
    try {
      const { taken, isDone } = await insertAll(marked)
      const { standing, blocked } = await standingsOf(taken, token)
      const isFree = blocked.length === 0 && standing.size === taken.length
      if (!isDone || !isFree) return await abort().then(() => ({ kind: 'busy', standing }))
      const others = marked.filter(({ k }) => standing.get(k!.S!)?.isOurs === false)
      if (others.some((item) => !isSame(item, standing))) {
        return await abort().then(() => ({ kind: 'taken', standing }))
      }
      const ours = marked.filter((item) => !others.includes(item))
      if (ours.length === 0 || (await isCommitted(batch, ours, token))) {
        return { kind: 'stored', standing }
      }
      await abort()
      return { kind: 'busy', standing }
    } catch (error) {
      // A batch that cannot be undone now is undone by whoever meets it.
      await abort().catch(() => {})
      throw error
    }
  }

  /** Offers each item until it is written or its key is found to be taken, for a second or so. */
  async function insertAll(items: readonly Item[]) {
    const taken: string[] = []
    let waiting = items
    for (let attempt = 1; ; attempt += 1) {
      const written = await insertItems(events, waiting)
      taken.push(...waiting.filter((_, at) => written[at] === 'held').map(({ k }) => k!.S!))
      waiting = waiting.filter((_, at) => written[at] === 'busy')
      if (waiting.length === 0 || attempt === ATTEMPTS) break
      await waitAfter(attempt)
    }
    return { taken, isDone: waiting.length === 0 }
  }

  /**
   * Commits a batch. @returns false when another call has aborted it
   * @throws {StorageError} retriable when the outcome is not known
   */
  async function isCommitted(batch: Batch, items: readonly Item[], token: Uint8Array) {
    const commit = commitOf(batch, items, token)
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const [written] = await insertItems(events, [commit])
      if (written === 'stored') return true
      if (written === 'held') {
        // It may be ours, of which the reply was lost.
        const outcome = (await readItems(events, [batch], ['k', 'z'])).get(batch)
        return outcome?.z?.S === 'committed'
      }
      await waitAfter(attempt)
    }
    throw new StorageError('a batch could not be committed', { isRetriable: true })
  }

  async function abandon(batch: Batch, items: readonly Item[], token: Uint8Array) {
    const now = clock.now()
    const keys = items.map(({ k }) => k!.S!)
    await insertItems(events, [abortOf(batch, token, now), removalOf(batch, keys, now)])
  }
}

function isSame({ k, h }: Item, standing: ReadonlyMap<string, Standing>): boolean {
  return Buffer.compare(standing.get(k!.S!)!.hash, h!.B!) === 0
}
