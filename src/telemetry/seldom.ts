interface Bounds {
  clock: { monotonic(): number }
  everyMs: number
}

// So many sources may be in trouble at one time; for the least recent ones beyond it, a line may
// come early.
const MAX_NAMES = 1_000

/**
 * Tells whether a line with this name is due again: a failure of every request is logged once in a
 * while.
 */
export function createSeldom({ clock, everyMs }: Bounds): (name: string) => boolean {
  const lastAt = new Map<string, number>()

  return function isDue(name) {
    const now = clock.monotonic()
    const last = lastAt.get(name)
    if (last !== undefined && now - last < everyMs) return false
    lastAt.delete(name) // otherwise it would stay among the oldest
    lastAt.set(name, now)
    if (lastAt.size > MAX_NAMES) lastAt.delete(lastAt.keys().next().value!)
    return true
  }
}
