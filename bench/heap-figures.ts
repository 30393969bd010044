/**
 * This is loaded into a server before it starts (`tellingHeap`), and writes down again and again what its
 * engine believes to have, for a bench that watches from outside.
 */
import { writeFileSync } from 'node:fs'

/** All in bytes, with what is garbage and not yet collected. */
export interface HeapFigures {
  /** Room for objects. */
  cells: number
  /** What objects have beside them: texts, buffers, the index of the growing generation. */
  outside: number
  /** Of that, buffers. */
  ofBuffers: number
}

const EACH_MS = 50
const file = process.env.NONIUS_BENCH_HEAP

if (file !== undefined && Bun.isMainThread) {
  setInterval(() => {
    const { heapTotal, external, arrayBuffers } = process.memoryUsage()
    const figures: HeapFigures = { cells: heapTotal, outside: external, ofBuffers: arrayBuffers }
    writeFileSync(file, JSON.stringify(figures))
  }, EACH_MS).unref()
}
