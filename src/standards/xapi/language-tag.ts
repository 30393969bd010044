// The grammar is that of RFC 5646, 2.1, read subtag by subtag from the left, so that it takes linear
// time: langtag, privateuse, and the grandfathered tags that have no such form.
const irregular = new Set([
  'en-gb-oed',
  'i-ami',
  'i-bnn',
  'i-default',
  'i-enochian',
  'i-hak',
  'i-klingon',
  'i-lux',
  'i-mingo',
  'i-navajo',
  'i-pwn',
  'i-tao',
  'i-tay',
  'i-tsu',
  'sgn-be-fr',
  'sgn-be-nl',
  'sgn-ch-de',
])

const ALPHANUMERIC = /^[A-Za-z0-9]{1,8}$/
const LANGUAGE = /^[A-Za-z]{2,8}$/
const EXTENDED = /^[A-Za-z]{3}$/
const SCRIPT = /^[A-Za-z]{4}$/
const REGION = /^(?:[A-Za-z]{2}|\d{3})$/
const VARIANT = /^(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3})$/

// A tag of a registered language has at most some 35 characters (RFC 5646, 4.4.1); the rest is room
// for extensions and private use.
const MAX_LENGTH = 255

/** Tags are few and come again; a hostile sender's many must not fill the memory. */
const known = new Map<string, boolean>()
const MAX_KNOWN = 1000

/** Tells whether a value is a well-formed language tag (RFC 5646, 2.2.9). */
export function isLanguageTag(value: string): boolean {
  const remembered = known.get(value)
  if (remembered !== undefined) return remembered
  if (value.length > MAX_LENGTH) return false
  const isTag = irregular.has(value.toLowerCase()) || isFormed(value.split('-'))
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(value, isTag)
  return isTag
}

function isFormed(subtags: readonly string[]): boolean {
  if (!subtags.every((subtag) => ALPHANUMERIC.test(subtag))) return false
  const [language = ''] = subtags
  if (isPrivate(language)) return subtags.length > 1
  if (!LANGUAGE.test(language)) return false
  let at = 1
  const takes = (form: RegExp) => form.test(subtags[at] ?? '')
  if (language.length <= 3) for (let n = 0; n < 3 && takes(EXTENDED); n += 1) at += 1
  if (takes(SCRIPT)) at += 1
  if (takes(REGION)) at += 1
  while (takes(VARIANT)) at += 1
  return isEnded(subtags, at)
}

/** Reads extensions, each a letter or digit with subtags of two and more, then private use. */
function isEnded(subtags: readonly string[], start: number): boolean {
  let at = start
  while (at < subtags.length) {
    const singleton = subtags[at]!
    if (singleton.length !== 1) return false
    if (isPrivate(singleton)) return at + 1 < subtags.length
    const first = at + 1
    at = first
    while ((subtags[at]?.length ?? 0) > 1) at += 1
    if (at === first) return false
  }
  return true
}

function isPrivate(subtag: string): boolean {
  return subtag === 'x' || subtag === 'X'
}
