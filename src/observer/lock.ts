import type { Refusal } from './frame'
import { isClaim } from './identify'
import { type Members, own } from './members'

/** Fields that hold for all events of a connection, as far as they are locked by now. */
export interface Locked {
  fields: Members
  /** The frame that locked each. */
  from: Readonly<Record<string, number>>
}

export const nothingLocked: Locked = { fields: {}, from: {} }

// The extension locks some ten fields, of which what it says of its browser has 4 KB.
const MAX_FIELDS = 256
const MAX_CHARACTERS = 128 * 1024

// A field that is longer stands in its own frame alone, of which records say the number: so that each
// keystroke does not bring along all that is known of a browser.
const MAX_SHORT = 512
const MAX_SHORT_TOGETHER = 4096

/**
 * Locks further fields. Later ones win, as at Learning Observer; other than there, a frame that names the
 * present source again counts as well.
 * @param n the number of the frame
 */
export function lock(locked: Locked, fields: Members, n: number): Locked | Refusal {
  const all = { ...locked.fields, ...fields }
  const names = Object.keys(all)
  if (names.length > MAX_FIELDS) {
    return tooMuch(`Expected at most ${MAX_FIELDS} locked fields; got ${names.length}`)
  }
  const characters = JSON.stringify(all).length
  if (characters > MAX_CHARACTERS) {
    return tooMuch(
      `Expected at most ${MAX_CHARACTERS} characters of locked fields; got ${characters}`,
    )
  }
  const locking = Object.fromEntries(Object.keys(fields).map((name) => [name, n]))
  return { fields: all, from: { ...locked.from, ...locking } }
}

/** Tells whether the client has said which source its events are of. */
export function hasSource({ fields }: Locked): boolean {
  const source = own(fields, 'source')
  return typeof source === 'string' && source !== ''
}

/**
 * Splits what is locked: what records repeat, and the frames where the rest stands. By whom a learner says to
 * be known, an address of e-mail among it, is not repeated: \`auth\` has what was made of that.
 */
export function splitLocked({ fields, from }: Locked): {
  short: Members
  in: Readonly<Record<string, number>>
} {
  let length = 0
  const short: [string, unknown][] = []
  const long: [string, number][] = []
  for (const [name, value] of Object.entries(fields)) {
    const size = name.length + JSON.stringify(value).length
    const isShort = size <= MAX_SHORT && length + size <= MAX_SHORT_TOGETHER
    if (isShort && !isClaim(name)) {
      short.push([name, value])
      length += size
    } else long.push([name, from[name]!])
  }
  return { short: Object.fromEntries(short), in: Object.fromEntries(long) }
}

function tooMuch(message: string): Refusal {
  return { code: 'too_large', message: `fields: ${message}`, path: ['fields'] }
}
