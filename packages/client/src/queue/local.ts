import { shelf } from '../page'
import { PREFIX, type Store } from './store'

/** Keeps texts in `localStorage`, in entries whose names begin with the scope. */
export function localStore(scope: string): Store {
  const own = `${scope}/`

  // It is looked at anew each time: a page may lose its storage while it lives.
  const storage = () => shelf('localStorage')!

  function keysOf(prefix: string): string[] {
    const all = storage()
    const found: string[] = []
    for (let at = 0; at < all.length; at++) {
      const name = all.key(at)
      if (name?.startsWith(prefix)) found.push(name.slice(prefix.length))
    }
    return found.sort()
  }

  function remove(prefix: string, keys: readonly string[]): void {
    for (const key of keys) storage().removeItem(prefix + key)
  }

  return {
    async put(counter, write) {
      const { entries, count } = write(Number(storage().getItem(own + counter)))
      storage().setItem(own + counter, String(count))
      for (const [key, text] of entries) storage().setItem(own + key, text)
    },
    delete: async (keys) => remove(own, keys),
    keys: async () => keysOf(own),
    read: async (keys) => keys.map((key) => storage().getItem(own + key) ?? undefined),
    erase: async () => remove(PREFIX, keysOf(PREFIX)),
  }
}
