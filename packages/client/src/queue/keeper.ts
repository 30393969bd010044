import { attempt, isPage, page, uuid } from '../page'
import { claim, locks } from '../tabs'
import { indexedStore } from './indexed'
import { countOf, localStore, setCount } from './local'
import { type Held, idOf, keyOf, ownerOf, type Store, type Written } from './store'

/** An event that waits here, and where it is stored. */
export interface Kept extends Held {
  /** Whether it has to be numbered before it can be sent: its text then gets a `seq`. */
  isBare?: boolean
  /** So many numbers before its own are used up: those of events that were refused. */
  gap?: number
  key?: string
  store?: Store
  /** Whether it is there already. */
  isStored?: boolean
  /** Whether it need not be stored any more. */
  isGone?: boolean
}

/** Numbers what waits, keeps it in a page as the first store that works can, and finds what earlier pages left. */
export interface Keeper {
  /** Begins. */
  open(): void
  /** Keeps an event, and numbers it: at once where nothing is stored, else soon. */
  save(event: Kept): void
  /** Numbers without waiting for a store. */
  number(events: readonly Kept[]): unknown
  /** Resolves when what was saved is numbered. */
  numbered(): Promise<unknown>
  remove(events: readonly Kept[]): void
  /** Looks for what pages left that are no more. */
  look(): void
  /** Lets other pages have what is stored; what is not yet is stored now, as the page may end with this turn. */
  close(waiting: readonly Kept[]): void
  /** Erases all that is stored in this browser. */
  erase(): void
}

interface Needs {
  /** What is stored for one server, key and standard is never sent to another. */
  scope: string
  /** Names what is counted. */
  session: string
  tell(what: string, ...more: unknown[]): void
  /** Called when events can be sent that could not. */
  ready(): void
  /** Takes over what an earlier page left; it stays where it is until it is removed. */
  found(events: Kept[]): void
}

// What a tab leaves that ends while others stay is sent half a minute later.
const LOOK_MS = 30_000

// Clients of one page count together where they have one session.
const shared = new Map<string, number>()

export function createKeeper({ scope, session, tell, ready, found }: Needs): Keeper {
  // On a server this would remember each session for ever.
  const counts = isPage() ? shared : new Map<string, number>()
  const counter = `seq/${session}`
  let stores: Store[] = []
  let owner: string
  let place = 0
  let unsaved: Kept[] = []
  let saving: Promise<unknown> = Promise.resolve()
  let looking: unknown
  /** What is done to stores as a whole is done in turn. */
  let turn: Promise<unknown> = saving
  let opening = saving
  let isOpening = false
  /** The keys that were there at the last look. */
  let seen: Set<string> | undefined
  /** Counts beginnings and ends: what an earlier one began has no effect. */
  let era = 0
  const mine = new Map<string, () => void>()

  function inTurn(run: () => Promise<unknown>): Promise<unknown> {
    turn = turn.then(run).catch((why) => tell('in memory', why))
    return turn
  }

  /** @returns the count from now on */
  function number(events: readonly Kept[], count = 0): number {
    // IndexedDB has no answer within the turn in which a page ends: what other tabs counted is read here, too.
    let seq = Math.max(count, counts.get(session) ?? 0, attempt(() => countOf(counter)) ?? 0)
    for (const event of events) {
      if (!event.isBare) continue
      seq += event.gap! + 1
      event.text = `${event.text.slice(0, -1)},"seq":${seq}}`
      event.isBare = false
    }
    counts.set(session, seq)
    attempt(() => setCount(counter, seq))
    return seq
  }

  async function openNow(begun: number): Promise<void> {
    const answering: Store[] = []
    for (const store of everyStore()) {
      await store.read([counter]).then(
        ([count]) => {
          number([], Number(count || 0))
          answering.push(store)
        },
        () => undefined,
      )
    }
    if (!answering.length) tell('in memory')
    const release = await claim(owner)
    if (begun !== era || !release) return release?.()
    stores = answering
    isOpening = false
    mine.set(owner, release)
    saveNow()
    looking = setInterval(self.look, LOOK_MS)
  }

  async function lookNow(begun: number): Promise<void> {
    const before = seen
    seen = new Set()
    for (const store of stores) {
      const keys = (await store.keys()).filter((key) => key.startsWith(`${scope}/`))
      for (const key of keys) seen?.add(key)
      // Without locks nobody knows whose page is no more. It is likely at first, and later of what stays there.
      const stale = keys.filter((key) => locks() || !before || before.has(key))
      for (const other of new Set(stale.map(ownerOf))) {
        if (mine.has(other)) continue
        const release = await claim(other)
        if (!release) continue
        if (begun !== era) return release()
        mine.set(other, release)
        // Who had it may have stored and removed some since.
        const left = (await store.keys()).filter((key) => ownerOf(key) === other)
        const texts = await store.read(left)
        if (begun !== era) return
        const events = left.flatMap((key, at): Kept[] => {
          const text = texts[at]
          return text ? [{ id: idOf(key), text, key, store, isStored: true }] : []
        })
        if (events.length) found(events)
      }
    }
  }

  function saveNow(): void {
    const events = unsaved
    unsaved = []
    if (stores[0]) saving = put(stores[0], events)
    else {
      number(events)
      ready()
    }
  }

  /** Numbers and stores; what cannot be stored is numbered at least. */
  function put(store: Store, events: readonly Kept[]): Promise<void> {
    return store
      .put(counter, (count) => ({
        count: number(events, count),
        entries: events.flatMap((event): Written['entries'] => {
          // A store may answer long after it was given up.
          if (event.isGone) return []
          event.store = store
          event.key = keyOf(owner, ++place, event.id)
          return [[event.key, event.text]]
        }),
      }))
      .then(
        () => {
          for (const event of events) event.isStored = true
        },
        (why) => {
          tell('in memory', why)
          number(events)
        },
      )
      .then(ready)
  }

  const self: Keeper = {
    open() {
      const begun = ++era
      owner = `${scope}/${uuid()}`
      seen = undefined
      isOpening = isPage()
      if (!isOpening) return
      opening = inTurn(() => openNow(begun))
      inTurn(() => lookNow(begun))
    },

    save(event) {
      if (!isPage()) number([event])
      else if (unsaved.push(event) === 1 && !isOpening) queueMicrotask(saveNow)
    },

    number,

    numbered: () => opening.then(() => saving),

    remove(events) {
      for (const event of events) event.isGone = true
      for (const store of new Set(events.map((event) => event.store))) {
        const keys = events.flatMap((event) => (event.store === store ? event.key! : []))
        store?.delete(keys).catch((why) => tell('kept', why))
      }
    },

    look() {
      const begun = era
      inTurn(() => lookNow(begun))
    },

    close(waiting) {
      era++
      unsaved = []
      clearInterval(looking as number)
      for (const release of mine.values()) release()
      mine.clear()
      const unstored = waiting.filter(({ isStored }) => !isStored)
      // This store asks nobody to wait.
      if (isPage() && unstored.length) void put(localStore, unstored)
    },

    erase() {
      self.close([])
      stores = []
      if (isPage()) inTurn(() => Promise.all(everyStore().map((store) => store.erase())))
    },
  }
  return self
}

/** Every store that a page may have, the best first. */
function everyStore(): Store[] {
  return attempt(() => page.indexedDB) ? [indexedStore, localStore] : [localStore]
}
