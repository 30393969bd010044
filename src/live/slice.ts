/** A slice of the thread, after which all other work has its turn. */
export interface Slice {
  isOver(): boolean
  next(): Promise<void>
}

// Requests wait so long at most for what is given to subscribers, beside one record to all of them.
const SLICE_MS = 4

export function sliceOf(): Slice {
  let end = performance.now() + SLICE_MS
  return {
    isOver: () => performance.now() >= end,
    async next() {
      await nextTurn()
      end = performance.now() + SLICE_MS
    },
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
