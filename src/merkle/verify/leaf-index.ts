import type { KeptLeaf } from '../../platform/trees'

/** A leaf, as far as it is needed to judge its event. */
export interface IndexedLeaf extends Pick<KeptLeaf, 'index' | 'hash' | 'of'> {
  eventId: string
  salt: Uint8Array
  hour: string
  /** Numbers the leaves of the index, from 0. */
  row: number
  /** If true, its event may have lived its time, and need be nowhere. */
  mayBeOver: boolean
}

/** Finds leaves by the ids of their events. It need not fit into memory. */
export interface LeafIndex extends Disposable {
  add(leaves: readonly Omit<IndexedLeaf, 'row'>[]): void
  /** Is called when all are added, before any is asked for. */
  ready(): void
  /** @returns the leaves of each event, in the order in which they were added */
  find(eventIds: readonly string[]): (readonly IndexedLeaf[])[]
  /** Gives all leaves in the order in which they were added. */
  all(): Iterable<IndexedLeaf>
}

/** Makes an index in memory, of an hour or so. */
export function memoryIndex(): LeafIndex {
  const all: IndexedLeaf[] = []
  const byId = new Map<string, IndexedLeaf[]>()
  return {
    add(leaves) {
      for (const leaf of leaves) {
        const one = { ...leaf, row: all.length }
        all.push(one)
        const same = byId.get(leaf.eventId)
        if (same) same.push(one)
        else byId.set(leaf.eventId, [one])
      }
    },
    ready() {},
    find: (eventIds) => eventIds.map((id) => byId.get(id) ?? []),
    all: () => all,
    [Symbol.dispose]() {},
  }
}
