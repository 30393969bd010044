import { attempt, shelf, uuid } from './page'

const ID = 'nonius:session'

// Clients of one page share its session.
let own: string | undefined

/**
 * Finds the session of this tab, which survives a reload. It is taken out of `sessionStorage` while the page is
 * there: a tab that is duplicated copies what is in there, and so finds none and begins its own.
 */
export function tabSession(): string {
  own ??= attempt(() => shelf('sessionStorage')?.getItem(ID)) || uuid()
  leaveSession(false)
  return own
}

/** Makes this the session of the tab, or forgets the one it has. */
export function setSession(id: string | undefined): void {
  own = id
  leaveSession(false)
}

/** Puts the session back for the page that comes after this one, or takes it out again. */
export function leaveSession(isLeft: boolean): void {
  attempt(() => {
    const storage = shelf('sessionStorage')
    if (isLeft && own) storage?.setItem(ID, own)
    else storage?.removeItem(ID)
  })
}
