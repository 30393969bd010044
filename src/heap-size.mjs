// Plain JavaScript, as `launch.mjs`, which reads it before there is anything else.

// Half is for the engine's heap to fill before it collects in earnest; the other half is for what is
// not in the heap (bodies, pages of SQLite, the mapped index) and for the process that writes the lake.
const HEAP_SHARE = 1 / 2

/**
 * What the engine takes for the memory of the machine, by which it decides when to collect. By itself it
 * sees the whole machine, also inside a container that may have a fraction of it.
 * @param {number} limit bytes that the process may have
 * @returns {Record<string, string>} the setting of JavaScriptCore, as an environment variable
 */
export function heapSettings(limit) {
  return { BUN_JSC_forceRAMSize: String(Math.floor(limit * HEAP_SHARE)) }
}
