import { type Asked, type Database, page, type Records } from '../page'
import { type Held, keyOf, ownerOf, placeOf, type Store } from './store'

const EVENTS = 'events'

// Safari has been seen to call nobody back; a healthy disk answers in milliseconds.
const PATIENCE_MS = 3000

/** Keeps events in IndexedDB, in a database of the scope's name. */
export function indexedStore(scope: string): Store {
  let opened: Promise<Database> | undefined

  function open(): Promise<Database> {
    opened ??= new Promise<Database>((resolve, reject) => {
      const asked = page.indexedDB!.open(scope, 1)
      let isLate = false
      const late = setTimeout(() => {
        isLate = true
        reject(new Error('IndexedDB does not answer'))
      }, PATIENCE_MS)
      asked.onupgradeneeded = () => asked.result.createObjectStore(EVENTS)
      asked.onerror = () => reject(asked.error)
      asked.onsuccess = () => {
        clearTimeout(late)
        const db = asked.result
        if (isLate) return db.close()
        // Whoever erases it must not wait for this page.
        db.onversionchange = () => {
          db.close()
          opened = undefined
        }
        db.onclose = () => {
          opened = undefined
        }
        resolve(db)
      }
    })
    opened.catch(() => {
      opened = undefined
    })
    return opened
  }

  /** Runs a transaction; what `use` asked for is answered when it is complete. */
  async function run<Result>(
    mode: 'readonly' | 'readwrite',
    use: (records: Records) => Asked<Result> | undefined,
  ): Promise<Result | undefined> {
    const db = await open()
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(EVENTS, mode)
      const asked = use(transaction.objectStore(EVENTS))
      transaction.oncomplete = () => resolve(asked?.result)
      transaction.onabort = () => reject(transaction.error)
      // It is then complete even if the page ends now.
      transaction.commit?.()
    })
  }

  const keys = async () => ((await run('readonly', (all) => all.getAllKeys())) ?? []) as string[]

  return {
    async put(owner, events) {
      await run('readwrite', (all) => {
        for (const { n, id, text } of events) all.put([id, text], keyOf(owner, n))
        return undefined
      })
    },

    async remove(owner, places) {
      await run('readwrite', (all) => {
        for (const n of places) all.delete(keyOf(owner, n))
        return undefined
      })
    },

    async owners() {
      return [...new Set((await keys()).map(ownerOf))]
    },

    async read(owner) {
      const range = rangeOf(owner)
      const [mine, values] = await Promise.all([
        run('readonly', (all) => all.getAllKeys(range)),
        run('readonly', (all) => all.getAll(range)),
      ])
      return (mine as string[]).map((key, at): Held => {
        const [id, text] = (values as [string, string][])[at]!
        return { n: placeOf(key), id, text }
      })
    },

    async erase() {
      const db = await opened?.catch(() => undefined)
      db?.close()
      opened = undefined
      page.indexedDB?.deleteDatabase(scope)
    },
  }
}

/** All keys of an owner: `0` comes after the slash. */
function rangeOf(owner: string): unknown {
  const { IDBKeyRange } = globalThis as unknown as {
    IDBKeyRange: { bound(from: string, to: string): unknown }
  }
  return IDBKeyRange.bound(`${owner}/`, `${owner}0`)
}
