/** Names that were met have numbers, so that one is told without being copied out of its text. */
export interface KnownNames {
  /**
   * Numbers what stands between two places of a text, from 0.
   * @returns -1 for what is not remembered: it is long, or has an escape
   */
  numberOf(text: string, start: number, end: number): number
  nameOf(number: number): string
  /** Forgets everything where too much is remembered. @returns whether it did: then no number is valid */
  forgetIfFull(): boolean
}

// Senders have some hundred names; more are somebody's data, and are forgotten together.
const MOST_NAMES = 4096
// Longer names are data, too. IRIs of extensions are shorter.
const LONGEST_NAME = 96
const BUCKETS = 4096

export function createKnownNames(): KnownNames {
  const names: string[] = []
  // These are the latest name of each bucket, and for each name the one before it in its bucket.
  const heads = new Int32Array(BUCKETS).fill(-1)
  const before = new Int32Array(MOST_NAMES)

  return {
    numberOf(text, start, end) {
      const length = end - start
      if (length > LONGEST_NAME || length === 0) return -1
      const first = text.charCodeAt(start)
      const middle = text.charCodeAt(start + (length >> 1))
      const last = text.charCodeAt(end - 1)
      const bucket = (length * 37 + first * 7 + middle * 131 + last * 1021) & (BUCKETS - 1)
      for (let at = heads[bucket]!; at >= 0; at = before[at]!) {
        const name = names[at]!
        if (name.length === length && isAt(text, start, name)) return at
      }
      if (names.length >= MOST_NAMES) return -1
      const name = text.slice(start, end)
      if (name.includes('\\')) return -1
      const number = names.push(name) - 1
      before[number] = heads[bucket]!
      heads[bucket] = number
      return number
    },

    nameOf: (number) => names[number]!,

    forgetIfFull() {
      if (names.length < MOST_NAMES) return false
      names.length = 0
      heads.fill(-1)
      return true
    },
  }
}

/** Compares by single characters: for short names this is faster than the engine's own comparison. */
function isAt(text: string, start: number, name: string): boolean {
  for (let at = 0; at < name.length; at += 1) {
    if (text.charCodeAt(start + at) !== name.charCodeAt(at)) return false
  }
  return true
}
