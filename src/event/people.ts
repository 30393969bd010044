import type { Steps } from '../syntax/steps'
import type { EventRecord } from './record'

/**
 * The form `json` is text that is known to be JSON. The form `text` may be none, such as a body
 * that could not be parsed; then everything between two quotes is examined.
 */
export type TextForm = 'json' | 'text'

/** This is a set of people, by their ids, for which a search goes through texts. */
export interface People {
  /**
   * Tells whether a text contains one of their ids as a whole JSON string, be it a value or a name.
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
  const known = new Set(ids.filter((id) => id !== ''))
  const lengths = new Set([...known].map(({ length }) => length))
  const longest = Math.max(0, ...lengths) * ESCAPED_LENGTH

  /** Tells whether an id stands between two quotes. The length rules out most without a copy. */
  function isId(text: string, from: number, to: number, isPlain: boolean): boolean {
    if (isPlain) return lengths.has(to - from) && known.has(text.slice(from, to))
    return to - from <= longest && known.has(unescaped(text.slice(from, to)))
  }

  function* areIn(text: string, form: TextForm): Steps<boolean> {
    if (known.size === 0) return false
    const isPlain = !text.includes('\\')
    let from = -1
    let pauseAt = STEP
    for (let quote = text.indexOf('"'); quote >= 0; quote = text.indexOf('"', quote + 1)) {
      if (quote >= pauseAt) {
        yield
        pauseAt = quote + STEP
      }
      if (!isPlain && isEscaped(text, quote)) continue
      if (from >= 0 && isId(text, from, quote, isPlain)) {
        if (form === 'json' || !BETWEEN.test(text.slice(from, quote))) return true
      }
      // A quote in text of the form `text` may open or close a string: each does both.
      from = from >= 0 && form === 'json' ? -1 : quote + 1
    }
    return false
  }

  return {
    areIn,
    *own({ actorId, raw }) {
      return (actorId !== undefined && known.has(actorId)) || (yield* areIn(raw, 'json'))
    },
  }
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
