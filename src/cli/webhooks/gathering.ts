import type { EventRecord } from '../../event/record'

export interface Gathering {
  /** Adds one; waits while a full message is being delivered. */
  add(event: EventRecord): Promise<void>
  /** Delivers what is gathered, and waits for that. */
  end(): Promise<void>
}

/**
 * Gathers events as a webhook does: until there are as many as a message may have, or the first has
 * waited long enough. One message is under way at a time.
 */
export function createGathering(
  { maxEvents, maxSeconds }: { maxEvents: number; maxSeconds: number },
  deliver: (events: readonly EventRecord[]) => Promise<void>,
): Gathering {
  let gathered: EventRecord[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let underWay = Promise.resolve()
  let failure: unknown

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const events = gathered
    gathered = []
    if (events.length > 0) underWay = underWay.then(() => deliver(events))
    return underWay
  }

  return {
    async add(event) {
      if (failure !== undefined) throw failure
      gathered.push(event)
      if (gathered.length >= maxEvents) return flush()
      timer ??= setTimeout(() => {
        flush().catch((error: unknown) => {
          failure = error
        })
      }, maxSeconds * 1000)
    },
    end: flush,
  }
}
