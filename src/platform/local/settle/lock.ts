/** A lock lets one work at a time, in the order in which they ask. */
export interface Lock {
  run<Result>(work: () => Promise<Result>): Promise<Result>
  /** Tells whether someone waits for the work in hand. */
  isAwaited(): boolean
}

export function createLock(): Lock {
  let before: Promise<unknown> = Promise.resolve()
  let asked = 0
  return {
    async run(work) {
      asked += 1
      const own = before.then(work)
      before = own.catch(() => {})
      try {
        return await own
      } finally {
        asked -= 1
      }
    },
    isAwaited: () => asked > 1,
  }
}
