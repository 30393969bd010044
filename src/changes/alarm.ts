// Alarms that are nearer to each other ring at once, so that no more than some thousand are set.
const GRID_MS = 20

/** Makes a function that calls `ring` after so many milliseconds, or a little later. */
export function createAlarm(ring: () => void): (ms: number) => void {
  const set = new Set<number>()
  return function ringIn(ms) {
    const now = performance.now()
    const at = Math.ceil((now + ms) / GRID_MS)
    if (set.has(at)) return
    set.add(at)
    const timer = setTimeout(
      () => {
        set.delete(at)
        ring()
      },
      at * GRID_MS - now,
    )
    timer.unref()
  }
}
