/** Lets one at a time do its work, in the order in which they came. */
export interface Lock {
  with<Result>(work: () => Promise<Result>): Promise<Result>
}

export function createLock(): Lock {
  let last: Promise<unknown> = Promise.resolve()
  return {
    with(work) {
      const turn = last.then(work, work)
      last = turn.catch(() => {})
      return turn
    },
  }
}
