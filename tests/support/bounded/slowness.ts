// Each iteration waits for the one before: a multiplication and an addition, four cycles.
const ITERATIONS = 30_000_000
// A processor of 3 GHz, on which the limits of these suites were set, takes so long.
const USUAL_MS = 40
const TRIES = 5
// Beyond, something is wrong with a machine that no limit should make up for.
const MOST = 2

let known: number | undefined

/**
 * Measures how many times as long as usual this machine takes for the same work, from 1 to 2, when it is asked
 * first: a limit in milliseconds is for a machine of a certain speed, and virtual ones differ by a half.
 */
export function slowness(): number {
  known ??= Math.min(MOST, Math.max(1, fastest() / USUAL_MS))
  return known
}

/** The fastest of some tries is the one that others disturbed least. */
function fastest(): number {
  let least = Number.POSITIVE_INFINITY
  let value = 1
  for (let tries = 0; tries < TRIES; tries += 1) {
    const from = performance.now()
    for (let at = 0; at < ITERATIONS; at += 1) value = (Math.imul(value, 31) + at) | 0
    least = Math.min(least, performance.now() - from)
  }
  // The engine may not leave out a loop whose result is used.
  return value === 0 ? least + Number.MIN_VALUE : least
}
