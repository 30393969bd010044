/** A checkpointer moves the WAL of a growing file into it, on a thread of its own. */
export interface Checkpointer extends AsyncDisposable {
  /** Requests a checkpoint, which begins when those before it are done. */
  request(file: string, how?: CheckpointRequest['how']): void
}

/**
 * The thread is asked so. One that is `patient` may leave some for the next time rather than have a writer wait, unless
 * that is much. The `last` of a file that nobody writes any more leaves an empty WAL.
 */
export interface CheckpointRequest {
  file: string
  how: 'usual' | 'patient' | 'last'
}

/**
 * A checkpoint copies megabytes and waits for the disk: tens of milliseconds, every few seconds under
 * load, in which no request would be answered. Another thread does it on a connection of its own.
 */
export function createCheckpointer(): Checkpointer {
  let worker: Worker | undefined
  let isBusy = false
  let isClosed = false
  const waiting = new Map<string, CheckpointRequest['how']>()
  let done = () => {}

  function over() {
    isBusy = false
    done()
    next()
  }

  function start(): Worker {
    const started = new Worker(new URL('./checkpoint-worker.ts', import.meta.url))
    // The worker must not hold the process alive: its work can be done at the next start as well.
    started.unref()
    started.onmessage = over
    started.onerror = () => {
      worker = undefined
      over()
    }
    return started
  }

  function next() {
    const [first] = waiting
    if (isBusy || isClosed || first === undefined) return
    const [file, how] = first
    waiting.delete(file)
    isBusy = true
    worker ??= start()
    worker.postMessage({ file, how } satisfies CheckpointRequest)
  }

  return {
    request(file, how = 'usual') {
      if (how === 'last' || !waiting.has(file)) waiting.set(file, how)
      next()
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      if (isBusy) await new Promise<void>((resolve) => (done = resolve))
      worker?.terminate()
    },
  }
}
