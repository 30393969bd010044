import type { Batch, BatchOutcome } from './batch'
import { readItems } from './read'
import type { EventTable } from './write'
import type { Item } from './write-units'

/** Tells the outcome of each batch that has one, as it is at this moment. @throws {StorageError} */
export type OutcomesOf = (batches: readonly Batch[]) => Promise<ReadonlyMap<Batch, BatchOutcome>>

// An outcome never changes. A name has some 40 bytes: together below a megabyte.
const MAX_REMEMBERED = 10_000

/** Reads outcomes of batches, and remembers them. */
export function createOutcomes(events: EventTable): OutcomesOf {
  const remembered = new Map<Batch, BatchOutcome>()

  return async function outcomesOf(batches) {
    const known = new Map<Batch, BatchOutcome>()
    const unknown: Batch[] = []
    for (const batch of new Set(batches)) {
      const outcome = remembered.get(batch)
      if (outcome === undefined) unknown.push(batch)
      else known.set(batch, outcome)
    }
    if (unknown.length === 0) return known
    if (remembered.size > MAX_REMEMBERED) remembered.clear()
    for (const [batch, { z }] of await readItems(events, unknown, ['k', 'z'])) {
      known.set(batch, z!.S as BatchOutcome)
      remembered.set(batch, z!.S as BatchOutcome)
    }
    return known
  }
}

/**
 * Makes a view in which a batch that had no outcome when it was first met has none later either, so
 * that a page has all of a batch or nothing.
 */
export function atOneMoment(outcomesOf: OutcomesOf): OutcomesOf {
  const met = new Map<Batch, BatchOutcome | undefined>()

  return async function outcomesThen(batches) {
    const unmet = batches.filter((batch) => !met.has(batch))
    const outcomes = await outcomesOf(unmet)
    for (const batch of unmet) met.set(batch, outcomes.get(batch))
    return new Map(
      batches.flatMap((batch) => {
        const outcome = met.get(batch)
        return outcome === undefined ? [] : [[batch, outcome] as const]
      }),
    )
  }
}

/** Leaves out the items of batches that are not committed. */
export async function committedOf(
  items: ReadonlyMap<string, Item>,
  outcomesOf: OutcomesOf,
): Promise<Map<string, Item>> {
  const outcomes = await outcomesOf(batchesOf(items.values()))
  const isCommitted = ({ m }: Item) => m === undefined || outcomes.get(m.S!) === 'committed'
  return new Map([...items].filter(([, item]) => isCommitted(item)))
}

/** Lists the batches of items. */
export function batchesOf(items: Iterable<Item>): Batch[] {
  return [...items].flatMap(({ m }) => (m === undefined ? [] : [m.S!]))
}
