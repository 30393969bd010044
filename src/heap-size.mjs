// This file is plain JavaScript, because `launch.mjs` reads it before anything is installed.

// The engine's heap may fill half before it collects in earnest; the other half is for memory
// outside the heap (bodies, pages of SQLite, the mapped index) and for the process that writes the
// lake.
const HEAP_SHARE = 1 / 2

// The heap may grow by so much of what the last collection of everything left. By itself it
// grows by all of that, 80 MB more at full load (decision 134), and where the engine believes in 16 GB
// and more, by twice that. Where memory ends it grows less still.
const GROWTH = 0.75

/**
 * Sets the size that the engine takes for the memory of the machine, by which it decides when to
 * collect, and how far it may grow in between. By itself it sees the whole machine, even inside a
 * container that may have a fraction of it.
 * @param {number} limit bytes that the process may have
 * @returns {Record<string, string>} settings of JavaScriptCore, as environment variables
 */
export function heapSettings(limit) {
  return {
    BUN_JSC_forceRAMSize: String(Math.floor(limit * HEAP_SHARE)),
    // The first is for less than 16 GB, the second for more.
    BUN_JSC_smallHeapGrowthFactor: String(1 + GROWTH),
    BUN_JSC_heapGrowthMaxIncrease: String(GROWTH),
  }
}

/**
 * Tells how many bytes the process may have, where its heap was sized by them.
 * @param {Record<string, string | undefined>} env
 * @returns {number | undefined}
 */
export function limitIn(env) {
  const size = Number(env.BUN_JSC_forceRAMSize)
  return size > 0 ? size / HEAP_SHARE : undefined
}
