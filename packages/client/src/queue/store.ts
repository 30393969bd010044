/** One event that waits. */
export interface Held {
  /** Its place among those of its owner. */
  n: number
  /** The id by which a receipt names it. */
  id: string
  /** The event as JSON. */
  text: string
}

/**
 * Keeps what waits beyond the life of a page, by who owns it: one page each. Whatever fails rejects; nothing
 * throws. What is removed and is not there was removed before.
 */
export interface Store {
  /** Keeps events, all of them or none. */
  put(owner: string, events: readonly Held[]): Promise<void>
  remove(owner: string, places: readonly number[]): Promise<void>
  /** Lists who owns events. */
  owners(): Promise<string[]>
  /** Reads an owner's events, in their order. */
  read(owner: string): Promise<Held[]>
  /** Erases everything. */
  erase(): Promise<void>
}

// Places are texts of one length in keys, whose order is theirs.
const DIGITS = 9

export const keyOf = (owner: string, n: number): string =>
  `${owner}/${String(n).padStart(DIGITS, '0')}`

export const ownerOf = (key: string): string => key.slice(0, -DIGITS - 1)

export const placeOf = (key: string): number => Number(key.slice(-DIGITS))
