import { type Database, page, type Records, type Transaction } from '../page'
import type { Store } from './store'

const DATABASE = 'nonius'
const EVENTS = 'events'

// Browsers have been seen to call nobody back; a healthy disk answers in milliseconds.
const PATIENCE_MS = 3000

let opened: Promise<Database> | undefined

const forget = () => {
  opened = undefined
}

function open(): Promise<Database> {
  opened ??= new Promise((resolve, reject) => {
    const asked = page.indexedDB!.open(DATABASE, 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(EVENTS)
    asked.onerror = () => reject(asked.error)
    asked.onsuccess = () => {
      const db = asked.result
      // Whoever erases it must not wait for this page.
      db.onversionchange = () => {
        db.close()
        forget()
      }
      resolve(db)
    }
  })
  return opened
}

/** Runs a transaction. Resolves with what `use` returned, when the transaction is complete. */
function run<Result>(
  mode: 'readonly' | 'readwrite',
  use: (records: Records, transaction: Transaction) => Result,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject('no answer'), PATIENCE_MS)
    open()
      .then((db) => {
        const transaction = db.transaction(EVENTS, mode)
        const used = use(transaction.objectStore(EVENTS), transaction)
        transaction.oncomplete = () => resolve(used)
        transaction.onabort = () => reject(transaction.error)
      })
      .catch((why) => {
        // A connection may be lost without a word; the next transaction opens another.
        forget()
        reject(why)
      })
  })
}

/** Keeps texts in IndexedDB. */
export const indexedStore: Store = {
  put: (counter, write) =>
    run('readwrite', (records, transaction) => {
      const asked = records.get(counter)
      asked.onsuccess = () => {
        try {
          const { entries, count } = write(Number(asked.result || 0))
          for (const [key, text] of entries) records.put(text, key)
          records.put(String(count), counter)
          // What is committed is completed even if the page ends now.
          transaction.commit?.()
        } catch {
          // It would be an error of the page.
          transaction.abort()
        }
      }
    }),
  delete: (keys) =>
    run('readwrite', (records) => {
      for (const key of keys) records.delete(key)
    }),
  keys: async () => (await run('readonly', (records) => records.getAllKeys())).result,
  async read(keys) {
    const all = await run('readonly', (records) => keys.map((key) => records.get(key)))
    return all.map(({ result }) => result)
  },
  async erase() {
    // The connections of all pages close for it, and what this one asks next waits for it.
    forget()
    page.indexedDB!.deleteDatabase(DATABASE)
  },
}
