import { AppError } from '../../../error/app-error'

// Most queries take a second. Whoever looks at a page of charts asks several at once.
const MOST_WAIT_MS = 3_000
const MOST_WAITING = 32
const RETRY_AFTER_SECONDS = 5

/** So many queries run at a time; others wait a little, the first of them first. */
export function createPlaces(most: number) {
  let taken = 0
  const waiting: { admit(): void; refuse(): void }[] = []

  return {
    /** @throws {AppError} `busy` when too many wait, or this one has waited long */
    async take(): Promise<void> {
      if (taken < most) {
        taken += 1
        return
      }
      if (waiting.length >= MOST_WAITING) throw busy()
      await new Promise<void>((resolve, reject) => {
        const one = { admit: () => over(resolve), refuse: () => over(() => reject(busy())) }
        const timer = setTimeout(one.refuse, MOST_WAIT_MS)
        waiting.push(one)
        function over(tell: () => void) {
          clearTimeout(timer)
          const at = waiting.indexOf(one)
          if (at >= 0) waiting.splice(at, 1)
          tell()
        }
      })
    },

    /** Gives the place to whoever has waited longest. */
    leave(): void {
      const [next] = waiting
      if (next === undefined) taken -= 1
      else next.admit()
    },

    close(): void {
      for (const one of [...waiting]) one.refuse()
    },
  }
}

function busy(): AppError {
  const detail = 'Another query over the lake is being answered. Ask again in a moment.'
  return new AppError('busy', detail, { retryAfter: RETRY_AFTER_SECONDS })
}
