import type { TypeCounts } from '../type-counts'
import { once } from './lazy'
import type { createTypeCounts, SettlingTypes } from './type-counts'

/**
 * Opens the counts by type once a request is settled, which is after its sender was answered: what is
 * added waits until then.
 */
export function lazyTypeCounts(needs: Parameters<typeof createTypeCounts>[0]): SettlingTypes {
  const waiting: Parameters<TypeCounts['add']>[] = []
  const load = once(async () => (await import('./type-counts')).createTypeCounts(needs))

  async function opened(): Promise<SettlingTypes> {
    const counts = await load()
    for (const added of waiting.splice(0)) counts.add(...added)
    return counts
  }

  let isUsed = false
  return {
    add(...added) {
      isUsed = true
      waiting.push(added)
    },
    async settle() {
      if (isUsed) await (await opened()).settle()
    },
    read: async (...asked) => (await opened()).read(...asked),
    forget: async (...asked) => (await opened()).forget(...asked),
    async [Symbol.asyncDispose]() {
      if (isUsed) await (await opened())[Symbol.asyncDispose]()
    },
  }
}
