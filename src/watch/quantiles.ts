/** Quantiles are of the values of the last minutes, to within a tenth. */
export interface Quantiles {
  add(value: number): void
  /** @returns undefined when there was no value */
  at(share: number): number | undefined
}

// Two windows follow one another, so that the values of the last 2.5 to 5 minutes are seen.
const WINDOW_MS = 150_000

// Eight steps double a value, from a millionth on; 2^40 of those are twelve days.
const STEPS_PER_DOUBLING = 8
const SMALLEST = 1e-6
const STEPS = STEPS_PER_DOUBLING * 40

/** Makes quantiles of a fixed size: a count for each step of a logarithmic scale. */
export function createQuantiles({ monotonic }: { monotonic(): number }): Quantiles {
  let current = new Uint32Array(STEPS)
  let previous = new Uint32Array(STEPS)
  let begun = monotonic()

  function turn() {
    const passed = monotonic() - begun
    if (passed < WINDOW_MS) return
    previous = passed < 2 * WINDOW_MS ? current : new Uint32Array(STEPS)
    current = new Uint32Array(STEPS)
    begun = monotonic()
  }

  return {
    add(value) {
      turn()
      const step = Math.ceil(STEPS_PER_DOUBLING * Math.log2(value / SMALLEST))
      current[Math.min(Math.max(step, 0), STEPS - 1)]! += 1
    },

    at(share) {
      turn()
      const counts = current.map((count, step) => count + previous[step]!)
      const wanted = share * counts.reduce((sum, count) => sum + count, 0)
      if (wanted === 0) return undefined
      let before = 0
      const step = counts.findIndex((count) => {
        before += count
        return before >= wanted
      })
      return SMALLEST * 2 ** (step / STEPS_PER_DOUBLING)
    },
  }
}
