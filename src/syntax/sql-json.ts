import { endOfString, endOfWord, skipSpace } from './json-scan'

// JSON (RFC 8259) allows three things that parsers of SQL engines refuse. One such text makes a
// query fail that reads it, whoever it belongs to:
// - half a surrogate pair, escaped: yyjson, in DuckDB, refuses the text ("no low surrogate in string");
// - a name of more than 50,000 characters: Jackson, in Trino, throws (`StreamReadConstraints`);
// - a number of more than 1,000 characters: the same, where Trino's standard JSON functions parse it.
const MAX_NAME = 50_000
const MAX_NUMBER = 1000

const QUOTE = 34
const COLON = 58

/**
 * Returns a JSON text that all our engines can parse: the same text as a rule. Half a pair becomes
 * U+FFFD, a number is cut to its first 40 digits, a name to its first 1,000 characters and an
 * ellipsis.
 * @param text JSON; for other text nothing is promised except that the function ends
 */
export function sqlJson(text: string): string {
  const paired = mayHoldHalves(text) ? withoutHalves(text) : text
  return paired.length > MAX_NAME || mayHoldLongNumber(paired) ? shortened(paired) : paired
}

function mayHoldHalves(text: string): boolean {
  return text.includes('\\u') && /\\u[dD][89a-fA-F]/.test(text)
}

const HALF_LENGTH = 6 // the length of `\ud800`
const PAIR_LENGTH = 12

/**
 * Replaces halves by hand: a regular expression that finds both takes eight times as long on text
 * full of pairs.
 */
function withoutHalves(text: string): string {
  let whole = ''
  let copied = 0
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at)) {
    const half = halfAt(text, at)
    if (half === undefined) {
      at += 2 // the letter may be a backslash itself
    } else if (half === 'high' && halfAt(text, at + HALF_LENGTH) === 'low') {
      at += PAIR_LENGTH
    } else {
      whole += `${text.slice(copied, at)}\\ufffd`
      at += HALF_LENGTH
      copied = at
    }
  }
  return whole + text.slice(copied)
}

/** Tells which half of a pair (U+D800–DBFF, U+DC00–DFFF) is escaped there, if one is. */
function halfAt(text: string, at: number): 'high' | 'low' | undefined {
  if (text.charCodeAt(at) !== 92 || text.charCodeAt(at + 1) !== 117) return undefined
  if ((text.charCodeAt(at + 2) | 32) !== 100) return undefined
  const digit = text.charCodeAt(at + 3) | 32 // a letter becomes lower case
  if (digit < 56 || digit > 102) return undefined
  return digit < 99 ? 'high' : 'low'
}

/**
 * Tells whether a long number may be there, by every thousandth character: a longer number has one
 * of them.
 */
function mayHoldLongNumber(text: string): boolean {
  for (let at = MAX_NUMBER; at < text.length; at += MAX_NUMBER) {
    if (!isOfNumber(text, at)) continue
    let start = at
    while (at - start < MAX_NUMBER && isOfNumber(text, start - 1)) start -= 1
    let end = at + 1
    while (end - start <= MAX_NUMBER && isOfNumber(text, end)) end += 1
    if (end - start > MAX_NUMBER) return true
  }
  return false
}

/** Tells whether a character is a digit, or one of `+-.eE`. */
function isOfNumber(text: string, at: number): boolean {
  const char = text.charCodeAt(at)
  return (char >= 43 && char <= 57 && char !== 44 && char !== 47) || (char | 32) === 101
}

function shortened(text: string): string {
  const parts: string[] = []
  let copied = 0
  for (let at = 0; at < text.length; ) {
    const char = text.charCodeAt(at)
    const isString = char === QUOTE
    if (!isString && !isOfNumber(text, at)) {
      at += 1
      continue
    }
    const end = isString ? endOfString(text, at) : Math.max(at + 1, endOfWord(text, at))
    const isLong = end - at > (isString ? MAX_NAME : MAX_NUMBER)
    if (isLong && (!isString || text.charCodeAt(skipSpace(text, end)) === COLON)) {
      const own = text.slice(at, end)
      parts.push(text.slice(copied, at), isString ? shortName(own) : shortNumber(own))
      copied = end
    }
    at = end
  }
  return copied === 0 ? text : parts.join('') + text.slice(copied)
}

const SHOWN_NAME = 1000

function shortName(source: string): string {
  const name = JSON.parse(source) as string
  return JSON.stringify(`${name.slice(0, SHOWN_NAME).toWellFormed()}…`)
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
// So many digits are two more than the longest decimal of an engine has.
const SHOWN_DIGITS = 40
// No real number has a larger exponent; an engine makes infinity or zero of it.
const LAST_EXPONENT = 999_999_999

function shortNumber(source: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] = NUMBER.exec(source) ?? []
  const all = whole + fraction
  let zeros = 0
  while (all.charCodeAt(zeros) === 48) zeros += 1
  const digits = all.slice(zeros, zeros + SHOWN_DIGITS)
  if (digits === '') return `${sign}0`
  const exponent = Number(power) + whole.length - zeros - 1
  const held = Math.min(LAST_EXPONENT, Math.max(-LAST_EXPONENT, exponent))
  return `${sign}${digits[0]}.${digits.slice(1) || '0'}e${held}`
}
