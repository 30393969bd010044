// A few milliseconds are not felt by whoever waits meanwhile, and yielding then costs nothing that
// shows: a turn of the event loop takes microseconds.
const TURN_MS = 5

/**
 * Lets others have a turn, now and then, in the middle of long work.
 * @returns a function to call between two pieces: a promise to wait for when it is time, else undefined
 */
export function createPace(turnMs = TURN_MS): () => Promise<void> | undefined {
  let until = performance.now() + turnMs

  async function rest() {
    await new Promise(setImmediate)
    until = performance.now() + turnMs
  }

  return function pace() {
    return performance.now() < until ? undefined : rest()
  }
}
