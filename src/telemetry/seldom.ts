interface Bounds {
  clock: { monotonic(): number }
  everyMs: number
}

// Sources in trouble at one time; of the least recent ones beyond it, a line may come early.
const MAX_NAMES = 1_000

/** Whether something with this name is due again: what fails with each request is said once a while. */
export function createSeldom({ clock, everyMs }: Bounds): (name: string) => boolean {
  const lastAt = new Map<string, number>()

  return function isDue(name) {
    const now = clock.monotonic()
    const last = lastAt.get(name)
    if (last !== undefined && now - last < everyMs) return false
    lastAt.delete(name) // or it would keep its place among the oldest
    lastAt.set(name, now)
    if (lastAt.size > MAX_NAMES) lastAt.delete(lastAt.keys().next().value!)
    return true
  }
}
