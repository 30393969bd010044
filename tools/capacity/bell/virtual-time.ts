/** In virtual time, code that waits runs as fast as its processor allows, and always in the same order. */
export interface VirtualTime {
  /** The clock gives whole milliseconds from 0 on. */
  now(): number
  /** Resolves after so many milliseconds of this time, at the next whole one. */
  wait(ms: number): Promise<void>
  /**
   * Lets so many milliseconds pass.
   * @param eachMs is called at the beginning of each
   */
  pass(ms: number, eachMs: () => void): Promise<void>
}

/** Makes a time that passes when it is told to. */
export function createVirtualTime(): VirtualTime {
  let at = 0
  const due = new Map<number, (() => void)[]>()

  return {
    now: () => at,
    wait(ms) {
      const then = Math.max(at + 1, Math.ceil(at + ms))
      return new Promise((resolve) => {
        const resolves = due.get(then)
        if (resolves === undefined) due.set(then, [resolve])
        else resolves.push(resolve)
      })
    },
    async pass(ms, eachMs) {
      for (const end = at + ms; at < end; at += 1) {
        for (const resolve of due.get(at) ?? []) resolve()
        due.delete(at)
        eachMs()
        // Everything that can go on without waiting does so before the next millisecond.
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}
