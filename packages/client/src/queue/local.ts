import { shelf } from '../page'
import { type Held, keyOf, ownerOf, placeOf, type Store } from './store'

/**
 * Keeps events in `localStorage`, one an entry.
 * @param scope whose entries are looked at: their names begin with it
 */
export function localStore(scope: string): Store {
  const prefix = `${scope}/`

  /** Looks at it anew each time: a page may lose its storage while it lives. */
  function storage() {
    const found = shelf('localStorage')
    if (!found) throw new Error('localStorage is blocked')
    return found
  }

  function names(): string[] {
    const all = storage()
    const found: string[] = []
    for (let at = 0; at < all.length; at++) {
      const name = all.key(at)
      if (name?.startsWith(prefix)) found.push(name.slice(prefix.length))
    }
    return found.sort()
  }

  return {
    async put(owner, events) {
      const all = storage()
      const done: string[] = []
      try {
        for (const { n, id, text } of events) {
          const name = prefix + keyOf(owner, n)
          all.setItem(name, JSON.stringify([id, text]))
          done.push(name)
        }
      } catch (refused) {
        for (const name of done) all.removeItem(name)
        throw refused
      }
    },

    async remove(owner, places) {
      for (const n of places) storage().removeItem(prefix + keyOf(owner, n))
    },

    async owners() {
      return [...new Set(names().map(ownerOf))]
    },

    async read(owner) {
      const mine = names().filter((name) => ownerOf(name) === owner)
      return mine.flatMap((name): Held[] => {
        const [id, text] = JSON.parse(storage().getItem(prefix + name) ?? '[]')
        return text ? [{ n: placeOf(name), id, text }] : []
      })
    },

    async erase() {
      for (const name of names()) storage().removeItem(prefix + name)
    },
  }
}
