import type { Log } from '../../../telemetry/log'
import type { Clock } from '../../clock'

/** Noted counts wait in memory, and are written for many requests at once. */
export interface Settling extends AsyncDisposable {
  /** Writes what is noted. @throws {StorageError} what could not be written stays noted */
  flush(): Promise<void>
  /**
   * Writes what is noted if that was not done for some seconds; never fails. It is awaited before each
   * reply, since a function may be frozen after it, or ended.
   */
  settle(): Promise<void>
}

interface Needs {
  /** The log calls the counts by this name: `counts by type`. */
  name: string
  /** The requests of so long share one write; a function that ends unasked loses as much. */
  everyMs: number
  isNoted(): boolean
  /** Takes everything that is noted, writes it, and notes again what could not be written. */
  write(): Promise<void>
  clock: Pick<Clock, 'monotonic'>
  log: Log
}

export function createSettling({ name, everyMs, isNoted, write, clock, log }: Needs): Settling {
  let flushedAt = Number.NEGATIVE_INFINITY
  let flushing: Promise<void> = Promise.resolve()

  /** Waits for the flush before it, which may have taken what was noted and not yet written it. */
  function flush(): Promise<void> {
    flushing = flushing
      .catch(() => {})
      .then(() => {
        flushedAt = clock.monotonic()
        return write()
      })
    return flushing
  }

  async function flushQuietly() {
    try {
      await flush()
    } catch (error) {
      log.warn(`${name} were not saved yet`, { reason: (error as Error).message })
    }
  }

  return {
    flush,
    async settle() {
      const isDue = clock.monotonic() - flushedAt >= everyMs
      if (isDue && isNoted()) await flushQuietly()
    },
    [Symbol.asyncDispose]: flushQuietly,
  }
}

/** Waits for all writes. @throws {unknown} why the first of them failed */
export async function allWritten(writes: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(writes)
  const failed = ended.find(({ status }) => status === 'rejected')
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason
}
