/** A checkpointer moves the WAL of a growing generation into its file, on a thread of its own. */
export interface Checkpointer extends AsyncDisposable {
  /** Requests a checkpoint; does nothing while one is under way. */
  request(file: string): void
}

/**
 * A checkpoint copies megabytes and waits for the disk: tens of milliseconds, every few seconds under
 * load, in which no request would be answered. Another thread does it on a connection of its own.
 */
export function createCheckpointer(): Checkpointer {
  let worker: Worker | undefined
  let isBusy = false
  let done = () => {}

  function start(): Worker {
    const started = new Worker(new URL('./checkpoint-worker.ts', import.meta.url))
    // The worker must not hold the process alive: its work can be done at the next start as well.
    started.unref()
    started.onmessage = started.onerror = () => {
      isBusy = false
      done()
    }
    return started
  }

  return {
    request(file) {
      if (isBusy) return
      isBusy = true
      worker ??= start()
      worker.postMessage(file)
    },
    async [Symbol.asyncDispose]() {
      if (isBusy) await new Promise<void>((resolve) => (done = resolve))
      worker?.terminate()
    },
  }
}
