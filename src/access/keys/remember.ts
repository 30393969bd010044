import type { Clock } from '../../platform/clock'

interface Bounds {
  clock: Pick<Clock, 'monotonic'>
  /** How long an entry is remembered, in ms that no setting of the wall clock makes longer. */
  forMs: number
  maxEntries: number
  /** The size of all entries together, each counted as the JSON that it would be. */
  maxBytes: number
}

/** Remembers values by name for a while; beyond either bound the oldest are forgotten. */
export interface Memory<T> {
  /** The value is wrapped, since a look-up may have found that there is none. */
  get(name: string): { value: T } | undefined
  set(name: string, value: T): void
}

interface Entry<T> {
  value: T
  bytes: number
  until: number
}

export function createMemory<T>({ clock, forMs, maxEntries, maxBytes }: Bounds): Memory<T> {
  const entries = new Map<string, Entry<T>>()
  let held = 0

  function forget(name: string) {
    held -= entries.get(name)?.bytes ?? 0
    entries.delete(name)
  }

  return {
    get(name) {
      const entry = entries.get(name)
      if (entry === undefined) return undefined
      if (clock.monotonic() < entry.until) return entry
      forget(name)
      return undefined
    },

    set(name, value) {
      forget(name)
      const bytes = name.length + (JSON.stringify(value)?.length ?? 0)
      if (bytes > maxBytes) return
      entries.set(name, { value, bytes, until: clock.monotonic() + forMs })
      held += bytes
      while (held > maxBytes || entries.size > maxEntries) forget(entries.keys().next().value!)
    },
  }
}

/**
 * Makes a look-up that remembers for a while what it found, also that nothing was there.
 * @param find asks the registry, with what the look-up is given
 */
export function rememberFound<Asked extends string[], T>(
  bounds: Bounds,
  find: (...asked: Asked) => Promise<T | undefined>,
): (...asked: Asked) => Promise<T | undefined> {
  const known = createMemory<T | undefined>(bounds)

  return async (...asked) => {
    const name = JSON.stringify(asked)
    const cached = known.get(name)
    if (cached !== undefined) return cached.value
    const found = await find(...asked)
    known.set(name, found)
    return found
  }
}

// Keys and settings are remembered for no longer than an hour, whatever a caller asks for.
const LONGEST_MS = 60 * 60 * 1000

/**
 * Makes a clock for memories that can be told to forget all that they have: for them, an hour passes at once.
 */
export function forgettable<C extends Pick<Clock, 'monotonic'>>(clock: C) {
  let skipped = 0
  const monotonic = { value: () => clock.monotonic() + skipped }
  return {
    clock: Object.create(clock, { monotonic }) as C,
    forget(): void {
      skipped += LONGEST_MS
    },
  }
}
