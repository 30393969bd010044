import type { Steps } from '../syntax/steps'
import { accountIn, withLowerDomain } from './person-id'
import type { EventRecord } from './record'

/**
 * The form `json` is text that is known to be JSON. The form `text` may be none, such as a body
 * that could not be parsed; then everything between two quotes is examined.
 */
export type TextForm = 'json' | 'text'

/** This is a set of people, by their ids, for which a search goes through texts. */
export interface People {
  /**
   * Tells whether a text contains one of their ids as a whole JSON string, be it a value or a name. The
   * domain of a mail address is the same in any case, and an account `HOMEPAGE|NAME` is found as an
   * object with these as `homePage` and `name`; in text that is no JSON, as two strings.
   */
  areIn(text: string, form: TextForm): Steps<boolean>
  /**
   * Tells whether a record is of one of them: its `actorId` is theirs, or its `raw` contains one of
   * their ids.
   */
  own(record: Pick<EventRecord, 'actorId' | 'raw'>): Steps<boolean>
}

// A step of so many characters takes some 0.3 ms on text full of quotes and strings.
const STEP = 64 * 1024

// Every character of a JSON string may be written with six (`\u0061`).
const ESCAPED_LENGTH = 6

// This text stands between two strings of JSON; the form `text` takes it for a string of its own.
const BETWEEN = /^[\s,:[\]{}]*$/

/** @param ids the ids are compared as they are; an empty one belongs to nobody */
export function createPeople(ids: readonly string[]): People {
  const named = ids.filter((id) => id !== '')
  const known = new Set(named.map(withLowerDomain))
  const accounts = createAccounts(named)
  const all = [...known, ...accounts.names.keys()]
  const lengths = new Set(all.map(({ length }) => length))
  let longest = 0
  for (const length of lengths) longest = Math.max(longest, length * ESCAPED_LENGTH)
  const hasMail = [...known].some((id) => id.includes('@'))

  const isKnown = (id: string) =>
    known.has(id) || (hasMail && id.includes('@') && known.has(withLowerDomain(id)))

  /** Reads what stands between two quotes. The length rules out most without a copy. */
  function idAt(text: string, from: number, to: number, isPlain: boolean): string | undefined {
    if (isPlain) return lengths.has(to - from) ? text.slice(from, to) : undefined
    return to - from <= longest ? unescaped(text.slice(from, to)) : undefined
  }

  function* areIn(text: string, form: TextForm): Steps<boolean> {
    if (known.size === 0) return false
    let mayHaveAccount = false
    const isPlain = !text.includes('\\')
    let from = -1
    let pauseAt = STEP
    for (let quote = text.indexOf('"'); quote >= 0; quote = text.indexOf('"', quote + 1)) {
      if (quote >= pauseAt) {
        yield
        pauseAt = quote + STEP
      }
      if (!isPlain && isEscaped(text, quote)) continue
      const id = from >= 0 ? idAt(text, from, quote, isPlain) : undefined
      if (id !== undefined && isKnown(id)) {
        if (form === 'json' || !BETWEEN.test(text.slice(from, quote))) return true
      }
      if (id !== undefined && accounts.names.has(id)) mayHaveAccount = true
      // A quote in text of the form `text` may open or close a string: each does both.
      from = from >= 0 && form === 'json' ? -1 : quote + 1
    }
    return mayHaveAccount && accounts.areIn(text)
  }

  return {
    areIn,
    *own({ actorId, raw }) {
      return (actorId !== undefined && isKnown(actorId)) || (yield* areIn(raw, 'json'))
    },
  }
}

/** Finds accounts, which are sent in two parts: neither is anybody's alone. */
function createAccounts(ids: readonly string[]) {
  const names = new Map<string, Set<string>>()
  for (const id of ids) {
    const account = accountIn(id)
    if (account === undefined) continue
    const { homePage, name } = account
    names.set(name, (names.get(name) ?? new Set()).add(homePage))
  }

  function isAccount(value: object): boolean {
    const { homePage, name } = value as { homePage?: unknown; name?: unknown }
    return typeof name === 'string' && names.get(name)?.has(`${homePage}`) === true
  }

  /** Tells whether a text has one of them, once one of their names was found in it. */
  function areIn(text: string): boolean {
    let open: unknown[]
    try {
      open = [JSON.parse(text)]
    } catch {
      const strings = new Set(
        text.match(/"(?:[^"\\]|\\.)*"/gs)?.map((one) => unescaped(one.slice(1, -1))),
      )
      return [...names].some(
        ([name, homes]) => strings.has(name) && [...homes].some((home) => strings.has(home)),
      )
    }
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      if (typeof value !== 'object' || value === null) continue
      if (isAccount(value)) return true
      for (const inner of Object.values(value)) if (typeof inner === 'object') open.push(inner)
    }
    return false
  }

  return { names, areIn }
}

/** Tells whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, place: number): boolean {
  let at = place
  while (at > 0 && text.charCodeAt(at - 1) === BACKSLASH) at -= 1
  return (place - at) % 2 === 1
}

const BACKSLASH = 0x5c

/** Decodes a JSON string; a piece of text that is none is returned as it is. */
function unescaped(inner: string): string {
  if (!inner.includes('\\')) return inner
  try {
    return JSON.parse(`"${inner}"`) as string
  } catch {
    return inner
  }
}
