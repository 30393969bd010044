import { shelf } from '../page'
import type { Store } from './store'

/** Whatever a client keeps in a page's storage has a name that begins so. */
const PREFIX = 'nonius:'

// It is looked at anew each time: a page may lose its storage while it lives.
const storage = () => shelf('localStorage')!

/** Reads a count. @throws where storage is blocked */
export const countOf = (counter: string): number => Number(storage().getItem(PREFIX + counter))

export const setCount = (counter: string, count: number): void =>
  storage().setItem(PREFIX + counter, count)

function keysNow(): string[] {
  const ours = Object.keys(storage()).filter((name) => name.startsWith(PREFIX))
  return ours.map((name) => name.slice(PREFIX.length)).sort()
}

function deleteNow(keys: readonly string[]): void {
  for (const key of keys) storage().removeItem(PREFIX + key)
}

/** Keeps texts in `localStorage`. */
export const localStore: Store = {
  async put(counter, write) {
    const { entries, count } = write(countOf(counter))
    setCount(counter, count)
    for (const [key, text] of entries) storage().setItem(PREFIX + key, text)
  },
  delete: async (keys) => deleteNow(keys),
  keys: async () => keysNow(),
  read: async (keys) => keys.map((key) => storage().getItem(PREFIX + key)),
  erase: async () => deleteNow(keysNow()),
}
