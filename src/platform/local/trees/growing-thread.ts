import { StorageError } from '../../../error/storage-error'
import type { PackedSegment } from './adding'
import type { GrowingAnswer, GrowingRequest } from './growing-worker'
import type { GrownTree } from './rows'

/** The thread on which trees grow: hashing takes as long as storing an event's line does. */
export interface GrowingThread extends Disposable {
  /**
   * Adds the leaves of all records to trees, which are in the file or in the memory of the thread. One call
   * at a time, and nothing else changes the trees meanwhile.
   * @returns what trees have grown by, which is to be written before the next call, or forgotten
   * @throws {StorageError} when the trees cannot be read
   */
  grow(segments: readonly PackedSegment[]): Promise<GrownTree[]>
  /** Lets go of what is in memory of a tree, before it changes in another way; or of all of them. */
  forget(tree?: Pick<GrownTree, 'tenantId' | 'hour'>): void
}

/** @param onDamage is called when the file was found to be damaged */
export function createGrowingThread(file: string, onDamage: () => void): GrowingThread {
  let worker: Worker | undefined
  let answer: (answer: GrowingAnswer) => void = () => {}

  function start(): Worker {
    const started = new Worker(new URL('./growing-worker.ts', import.meta.url))
    started.onmessage = ({ data }: MessageEvent<GrowingAnswer>) => answer(data)
    started.onerror = ({ message }) => {
      // The file has all that was in its memory; another thread reads it.
      worker = undefined
      answer({ reason: message, isRetriable: true, isDamaged: false })
    }
    return started
  }

  return {
    async grow(segments) {
      worker ??= start()
      const asked = worker
      // A thread without work must not hold the process alive.
      asked.ref()
      try {
        const given = await new Promise<GrowingAnswer>((resolve) => {
          answer = resolve
          asked.postMessage({ file, segments } satisfies GrowingRequest)
        })
        if ('grown' in given) return given.grown
        if (given.isDamaged) onDamage()
        const { reason, isRetriable } = given
        throw new StorageError(reason, { isRetriable })
      } finally {
        asked.unref()
      }
    },

    forget: (tree) => worker?.postMessage({ forget: tree } satisfies GrowingRequest),
    [Symbol.dispose]: () => worker?.terminate(),
  }
}
