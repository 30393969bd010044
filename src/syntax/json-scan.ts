/**
 * These functions find their way in JSON text without parsing it. They check nothing: on other text
 * the results mean nothing.
 */

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const OPEN = 0x7b // `{`, and `[` with bit 5 set
const CLOSE = 0x7d // `}`, and `]` with bit 5 set
const BIT_5 = 0x20

/** Finds the end of a value. @returns the index after the value that starts at `start` */
export function endOfValue(text: string, start: number): number {
  const char = text.charCodeAt(start)
  if (char === QUOTE) return endOfString(text, start)
  return (char | BIT_5) === OPEN ? endOfContainer(text, start) : endOfWord(text, start)
}

/**
 * Finds the end of a string. @returns the index after the string whose opening quote stands at
 * `open`
 */
export function endOfString(text: string, open: number): number {
  // The engine's own search is several times faster than looking at every character.
  let close = text.indexOf('"', open + 1)
  while (close > 0 && text.charCodeAt(close - 1) === BACKSLASH && isEscaped(text, close)) {
    close = text.indexOf('"', close + 1)
  }
  return close < 0 ? text.length : close + 1
}

/** Skips white space, which is these four characters and no other (RFC 8259, 2). */
export function skipSpace(text: string, start: number): number {
  let at = start
  for (;;) {
    const char = text.charCodeAt(at)
    if (char !== 32 && char !== 10 && char !== 13 && char !== 9) return at
    at += 1
  }
}

/** Tells whether arrays and objects stand inside each other more than `limit` deep. */
export function isDeeperThan(text: string, limit: number): boolean {
  // Most texts have fewer brackets than that, in strings and out, and counting them is fast.
  if (count(text, '{', limit) + count(text, '[', limit) <= limit) return false
  let level = 0
  for (let at = 0; at < text.length; ) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = endOfString(text, at)
      continue
    }
    if ((char | BIT_5) === OPEN) level += 1
    else if ((char | BIT_5) === CLOSE) level -= 1
    if (level > limit) return true
    at += 1
  }
  return false
}

function endOfContainer(text: string, open: number): number {
  let level = 0
  let at = open
  while (at < text.length) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = endOfString(text, at)
      continue
    }
    at += 1
    if ((char | BIT_5) === OPEN) level += 1
    else if ((char | BIT_5) === CLOSE) level -= 1
    if (level === 0) return at
  }
  return at
}

/**
 * Finds the end of a word. @returns the index after the number, true, false or null that starts at
 * `start`
 */
export function endOfWord(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const char = text.charCodeAt(at)
    if (char === COMMA || char <= 32 || (char | BIT_5) === CLOSE) break
    at += 1
  }
  return at
}

/** Tells whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let start = at
  while (text.charCodeAt(start - 1) === BACKSLASH) start -= 1
  return (at - start) % 2 === 1
}

/** Counts how often `char` stands in `text`; stops beyond `limit`. */
function count(text: string, char: string, limit: number): number {
  let found = 0
  let at = text.indexOf(char)
  while (at >= 0 && found <= limit) {
    found += 1
    at = text.indexOf(char, at + 1)
  }
  return found
}
