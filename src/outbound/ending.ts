/**
 * An ending is when a call has to be over: its time has passed, or its caller wants no more. At any moment
 * one part of the call waits, and is told.
 */
export interface Ending {
  /** Throws the reason once it has ended. */
  throwIfOver(): void
  isOver(): boolean
  /** The part that waits now is told the reason, at once if it is over already. */
  wait(stop: (reason: unknown) => void): void
  /** Nobody waits. */
  rest(): void
}

/**
 * Makes the ending of one call. An `AbortController` does the same, and costs a tenth of a call with the
 * listeners that come and go. @param late makes the reason once the time has passed
 */
export function createEnding(ms: number, late: () => Error, signal?: AbortSignal) {
  let waiting: ((reason: unknown) => void) | undefined
  let over: { reason: unknown } | undefined

  function end(reason: unknown) {
    over ??= { reason }
    const stop = waiting
    waiting = undefined
    stop?.(over.reason)
  }

  const abort = () => end(signal?.reason)
  const timer = setTimeout(() => end(late()), ms)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()

  return {
    isOver: () => over !== undefined,
    throwIfOver() {
      if (over !== undefined) throw over.reason
    },
    wait(stop) {
      if (over === undefined) waiting = stop
      else stop(over.reason)
    },
    rest() {
      waiting = undefined
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    },
  } satisfies Ending & Disposable
}
