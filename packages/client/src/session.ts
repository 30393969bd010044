import { attempt, isPage, shelf, uuid } from './page'

const ID = 'nonius:session'

// Clients of one page share its session, and its count where storage is blocked.
let own: string | undefined
const counts = new Map<string, number>()

/**
 * Finds the session of this tab, which survives a reload. It is taken out of `sessionStorage` while the page is
 * there: a tab that is duplicated copies what is in there, and so finds none and begins its own.
 */
export function tabSession(): string {
  if (own === undefined) {
    const found = attempt(() => shelf('sessionStorage')?.getItem(ID))
    leaveSession(false)
    own = found || uuid()
  }
  return own
}

/** Puts the session back for the page that comes after this one, or takes it out again. */
export function leaveSession(isLeft: boolean): void {
  attempt(() => {
    const storage = shelf('sessionStorage')
    if (isLeft && own) storage?.setItem(ID, own)
    else storage?.removeItem(ID)
  })
}

/** Makes this the session of the tab, or forgets the one it has. */
export function setSession(id: string | undefined): void {
  own = id
  leaveSession(false)
}

/** Counts in a session: 1, 2, 3, over reloads and, where the session was named, over tabs. */
export interface Counter {
  next(): number
  forget(): void
}

/** @param isNamed whether other tabs may have the same session */
export function counterOf(session: string, isNamed: boolean): Counter {
  const name = `nonius:seq:${session}`
  const kept = () => shelf(isNamed ? 'localStorage' : 'sessionStorage')
  let count = 0

  return {
    next() {
      const before = attempt(() => Number(kept()?.getItem(name))) || 0
      count = Math.max(count, before, counts.get(session) ?? 0) + 1
      // On a server it would be kept for ever, for each session that there was.
      if (isPage()) counts.set(session, count)
      attempt(() => kept()?.setItem(name, String(count)))
      return count
    },

    forget() {
      count = 0
      counts.delete(session)
      attempt(() => kept()?.removeItem(name))
    },
  }
}
