/**
 * Runs `work` for each, at most `width` at a time. Once one has failed none is begun, and the
 * others are waited for: nothing goes on behind a reply, where a function may be frozen.
 * @returns the results in order
 * @throws what the first of them threw
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const failures: unknown[] = []
  const waiting = items.entries()

  async function workThrough() {
    for (const [place, item] of waiting) {
      if (failures.length > 0) return
      try {
        results[place] = await work(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(width, items.length) }, workThrough))
  if (failures.length > 0) throw failures[0]
  return results
}

/** Cuts a list into pieces of at most `size`. */
export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size))
}
