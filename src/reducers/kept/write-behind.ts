import { setImmediate as nextTurn } from 'node:timers/promises'
import { StorageError } from '../../error/storage-error'
import type { DocumentStore } from '../../platform/document-store'
import type { Kept, Needed, Ripe, Sum, Which } from '../worker/protocol'
import type { Runner } from '../worker/runner'
import { readSome, type Told, write } from './write'

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'putAll'>
  runner: Runner
  told: Told
  /** Tells which learners were erased: their states are not written any more. */
  erasedOf(tenantId: string, learners: readonly string[]): Promise<ReadonlySet<string>>
}

/** Takes the events of a job into documents in memory, where those that it needs are read to. */
export async function takeIntoMemory(
  needed: readonly Needed[],
  needs: Pick<Needs, 'documents' | 'runner'>,
): Promise<{ sums: Sum[]; isFull: boolean }> {
  const { documents, runner } = needs
  const held = []
  for (let left = needed; left.length > 0; left = needed.slice(held.length)) {
    held.push(...(await readSome(left, documents)))
  }
  return runner.reduceInMemory(held)
}

/**
 * Writes what has changed in memory. One that somebody else has written or deleted meanwhile is given up: it
 * has to be made again from the feed, and the runner has lost it.
 * @throws {StorageError} everything in memory is lost
 */
export async function writeMemory(which: Which, needs: Needs): Promise<void> {
  const { documents, runner, told } = needs
  for (;;) {
    const ripe = await runner.flush(which)
    if (ripe.length === 0) return
    try {
      const kept = await writeSome(ripe, needs)
      if (kept.some(({ isLost }) => isLost)) runner.lose()
      await runner.keep(kept)
    } catch (error) {
      // Nobody knows what of it was written.
      await runner.drop().catch(() => {})
      runner.lose()
      throw error
    }
    await nextTurn()
  }

  async function writeSome(ripe: readonly Ripe[], { erasedOf }: Needs) {
    const gone = await erasedAmong(ripe, erasedOf)
    const [left, out] = [ripe.filter((one) => !gone.has(one)), [...gone]]
    const written = await write(left, documents, told)
    return [
      ...written.map((one, at) => ({ ...one, isLost: isGivenUp(left[at]!, one) })),
      ...out.map(({ tenantId, of }) => ({ tenantId, of, isLost: false })),
    ]
  }
}

/** One that no store takes is given up for good. */
function isGivenUp({ isTooLarge }: Ripe, { etag }: Kept): boolean {
  return etag === undefined && !isTooLarge
}

async function erasedAmong(ripe: readonly Ripe[], erasedOf: Needs['erasedOf']) {
  const gone = new Set<Ripe>()
  for (const [tenantId, own] of Map.groupBy(ripe, (one) => one.tenantId)) {
    const learners = own.flatMap(({ of }) => ('learner' in of ? [of.learner] : []))
    const erased = await erasedOf(tenantId, [...new Set(learners)])
    for (const one of own) if ('learner' in one.of && erased.has(one.of.learner)) gone.add(one)
  }
  return gone
}

/** States in memory ended with their thread, or are out of date. */
export const lost = () =>
  new StorageError('states in memory were lost; they are made again from the feed', {
    isRetriable: true,
  })
