/** One event that waits. */
export interface Held {
  /** The id by which a receipt names it. */
  id: string
  /** The event as JSON. */
  text: string
}

/**
 * Keeps texts beyond the life of a page, by key. Whatever fails rejects, nothing throws; what is deleted and is
 * not there was deleted before.
 */
export interface Store {
  /**
   * Counts and keeps in one step, which no other page comes into. Where it fails, some may be kept.
   * @param write is given the count so far, and returns what is kept, and the count from now on
   */
  put(counter: string, write: (count: number) => Written): Promise<void>
  delete(keys: readonly string[]): Promise<void>
  /** Lists all keys, counters included, in order. */
  keys(): Promise<string[]>
  /** Reads texts; null or undefined stands for what is not there. */
  read(keys: readonly string[]): Promise<(string | null | undefined)[]>
  /** Erases everything that any client stored in this browser. */
  erase(): Promise<void>
}

export interface Written {
  entries: (readonly [key: string, text: string])[]
  count: number
}

// Places are texts of one length, so that the order of keys is theirs.
const DIGITS = 9

/** Makes the key of an event: who owns it, its place among those, its id. An owner is two words: whose it is, and which page. */
export const keyOf = (owner: string, place: number, id: string): string =>
  `${owner}/${String(place).padStart(DIGITS, '0')}/${id}`

export const ownerOf = (key: string): string => key.split('/', 2).join('/')

export const idOf = (key: string): string => key.split('/').slice(3).join('/')
