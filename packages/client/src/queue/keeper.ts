import { attempt, isPage, page, shelf, unref, uuid } from '../page'
import { claim } from '../tabs'
import { indexedStore } from './indexed'
import { localStore } from './local'
import { COUNTERS, type Held, idOf, keyOf, ownerOf, type Store, type Written } from './store'

/** An event that waits here, and where it is stored. */
export interface Kept extends Held {
  /** Writes its number into it. Left out, it has one, or needs none: it can be sent. */
  number?: ((text: string, seq: number) => string) | undefined
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
  isFull(): boolean
}

// What a tab leaves that ends while others stay is sent half a minute later.
const LOOK_MS = 30_000

// Clients of one page count together where they have one session.
const shared = new Map<string, number>()

export function createKeeper({ scope, session, tell, ready, found, isFull }: Needs): Keeper {
  // On a server this would remember each session for ever.
  const counts = isPage() ? shared : new Map<string, number>()
  const counter = `${COUNTERS}/${session}`
  let stores: Store[] = []
  let owner = uuid()
  let place = 0
  let unsaved: Kept[] = []
  let saving: Promise<unknown> = Promise.resolve()
  let looking: unknown
  /** What is done to stores as a whole is done in turn. */
  let turn: Promise<unknown> = saving
  let opening = saving
  let isOpening = false
  /** Counts beginnings and ends: what an earlier one began has no effect. */
  let era = 0
  const mine = new Map<string, () => void>()

  function inTurn(run: () => Promise<unknown>): Promise<unknown> {
    turn = turn.then(run).catch((why) => tell('storage', why))
    return turn
  }

  /** @returns the count from now on */
  function number(events: readonly Kept[], count = 0): number {
    // IndexedDB has no answer within the turn in which a page ends: what other tabs counted is read here, too.
    const shown = isPage() ? shelf('localStorage') : undefined
    const name = `${scope}/${counter}`
    const there = Number(attempt(() => shown?.getItem(name)) ?? 0)
    let seq = Math.max(count, counts.get(session) ?? 0, there)
    for (const event of events) {
      const { number, gap = 0 } = event
      if (!number) continue
      seq += gap + 1
      event.text = number(event.text, seq)
      event.number = undefined
    }
    counts.set(session, seq)
    if (seq > there) attempt(() => shown?.setItem(name, String(seq)))
    return seq
  }

  async function openNow(begun: number): Promise<void> {
    const answering: Store[] = []
    for (const store of everyStore(scope)) {
      await store.read([counter]).then(
        ([count]) => {
          number([], Number(count ?? 0))
          answering.push(store)
        },
        () => undefined,
      )
    }
    if (!answering.length) tell('not stored')
    const release = await claim(`${scope}/${owner}`)
    if (begun !== era) return release?.()
    stores = answering
    isOpening = false
    if (release) mine.set(owner, release)
    saveNow()
    looking = setInterval(self.look, LOOK_MS)
    unref(looking)
  }

  async function lookNow(begun: number): Promise<void> {
    for (const store of stores) {
      const keys = await store.keys()
      for (const other of new Set(keys.map(ownerOf))) {
        if (other === COUNTERS || mine.has(other) || isFull()) continue
        const release = await claim(`${scope}/${other}`)
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
    const [store] = stores
    const events = unsaved.filter(({ isGone }) => !isGone)
    unsaved = []
    if (!events.length || isOpening) return
    if (!store) {
      number(events)
      ready()
      return
    }
    for (const event of events) {
      event.store = store
      event.key = keyOf(owner, ++place, event.id)
    }
    const put = store.put(counter, (count) => ({
      count: number(events, count),
      // A store may answer long after it was given up.
      entries: events.flatMap(({ isGone, key, text }) => (isGone ? [] : [[key!, text] as const])),
    }))
    saving = put
      .then(
        () => {
          for (const event of events) event.isStored = true
        },
        (why) => {
          tell('not stored', why)
          number(events)
        },
      )
      .then(ready)
  }

  const self: Keeper = {
    open() {
      const begun = ++era
      owner = uuid()
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
        store?.delete(keys).catch((why) => tell('not erased', why))
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
      if (!unstored.length || !isPage()) return
      // This one asks nobody to wait.
      const store = localStore(scope)
      const entries = unstored.map((event): Written['entries'][number] => {
        const { key = keyOf(owner, ++place, event.id), text } = event
        event.key = key
        event.store ??= store
        return [key, text]
      })
      store
        .put(counter, (count) => ({ count: number([], count), entries }))
        .then(
          () => {
            for (const event of unstored) event.isStored = true
          },
          () => undefined,
        )
    },

    erase() {
      self.close([])
      stores = []
      if (isPage()) inTurn(() => Promise.all(everyStore(scope).map((store) => store.erase())))
    },
  }
  return self
}

/** Every store that a page may have, the best first. */
function everyStore(scope: string): Store[] {
  const hasIndexed = attempt(() => page.indexedDB)
  return [...(hasIndexed ? [indexedStore(scope)] : []), localStore(scope)]
}
