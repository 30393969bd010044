import type { Steps } from '../syntax/steps'

/** A survey counts what bytes are, read as UTF-8 (RFC 3629). */
export interface Survey {
  /** The offset of the first byte that begins no character; undefined when all is UTF-8. */
  firstBad: number | undefined
  bad: number
  /** The offsets of the first thousand and one of them. */
  badAt: number[]
  /** So many characters have more than one byte. */
  longer: number
  /** The longest run of bytes beyond ASCII that is no UTF-8 throughout. */
  longestRun: number
  /** So many bytes are no character in windows-1252, or one that no JSON has. */
  unprintable: number
}

// A step of so many bytes is a millisecond's work.
const STEP_BYTES = 256 * 1024

// One more than text with a flaw may have (`broken.ts`).
const MOST_PLACES = 1_001

// Windows-1252 leaves these out (Encoding Standard, index windows-1252).
const unassigned = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d])

/** Surveys bytes in one walk. */
export function* surveying(bytes: Uint8Array): Steps<Survey> {
  const found: Survey = {
    firstBad: undefined,
    bad: 0,
    badAt: [],
    longer: 0,
    longestRun: 0,
    unprintable: 0,
  }
  let next = STEP_BYTES
  let run = 0
  for (let at = 0; at < bytes.length; ) {
    if (at > next) {
      next = at + STEP_BYTES
      yield
    }
    const byte = bytes[at]!
    if (byte < 0x80) {
      run = 0
      if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 0x7f) {
        found.unprintable += 1
      }
      at += 1
      continue
    }
    const length = lengthOfCharacter(bytes, at)
    if (length > 1) {
      found.longer += 1
      run += length
      at += length
      continue
    }
    found.firstBad ??= at
    found.bad += 1
    if (found.badAt.length < MOST_PLACES) found.badAt.push(at)
    if (unassigned.has(byte)) found.unprintable += 1
    run += 1
    found.longestRun = Math.max(found.longestRun, run)
    at += 1
  }
  return found
}

// Words of Western Europe have two letters beyond ASCII in a row, with quotation marks around a word
// of one or two letters four. Cyrillic, Greek and Asian words have many.
const LONGEST_WESTERN_RUN = 4
// «CAFÉ » has a letter and a space that are UTF-8 by accident. One in five is no accident any more.
const ACCIDENTS = 5

/**
 * Tells whether bytes that are not UTF-8 are most likely windows-1252: text of Western Europe, and not
 * UTF-8 of which something is broken.
 */
export function couldBeWestern(survey: Survey): boolean {
  const { bad, longer, longestRun, unprintable } = survey
  return unprintable === 0 && longestRun <= LONGEST_WESTERN_RUN && longer * ACCIDENTS <= bad
}

/** @returns how many bytes the character has that begins here; 0 when none does */
function lengthOfCharacter(bytes: Uint8Array, at: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = [
    bytes[at],
    bytes[at + 1],
    bytes[at + 2],
    bytes[at + 3],
  ]
  const follows = (byte: number) => (byte & 0xc0) === 0x80
  if (!follows(second)) return 0
  if (first >= 0xc2 && first <= 0xdf) return 2
  if (!follows(third)) return 0
  if (first >= 0xe0 && first <= 0xef) {
    // RFC 3629, 4: no longer form than need be, and no halves of pairs.
    const isFit = (first !== 0xe0 || second >= 0xa0) && (first !== 0xed || second < 0xa0)
    return isFit ? 3 : 0
  }
  if (!follows(fourth) || first < 0xf0 || first > 0xf4) return 0
  return (first !== 0xf0 || second >= 0x90) && (first !== 0xf4 || second < 0x90) ? 4 : 0
}
