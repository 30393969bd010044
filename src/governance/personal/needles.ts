import { spellingsOf } from '../../event/person-id'
import { ANONYMOUS, isNobody } from '../../event/pseudonym'

/** A needle is a text that names a person, which is looked for wherever else it may stand. */
export interface Needle {
  text: string
  /** It is replaced by this. */
  by: string
  /** An address or a full name is compared without the case of its letters (ASCII), and so is a UUID. */
  isAnyCase: boolean
  /** Names are words; an id is none, so that it is looked for where words of a standard stand as well. */
  isName: boolean
  /** Another needle is in it: where that is not, this is not. */
  isCovered: boolean
}

/** Shorter texts stand everywhere by chance. */
const SHORTEST = 3
/**
 * The end of an IRI names the person in other IRIs, such as that of a membership; one of fewer than 5 characters is a
 * count.
 */
const END_OF_IRI = /[^/:#=|?&]{5,}$/

// These we put in their place ourselves.
const ours = new Set(['urn', 'nonius', 'pseudonym', 'anonymous', 'account', 'homePage', 'name'])

/** A wording is a text by which an id may stand elsewhere. */
interface Wording {
  text: string
  isAnyCase: boolean
  /** It has another wording of the same id in it: where that is not, this is not. */
  isCovered: boolean
}

/** Wordings of ids that were met, which are of a few thousand people at a time. */
export type Wordings = Map<string, readonly Wording[]>

const MOST_IDS = 8192
// Ids of real systems are shorter, and nobody shall fill the memory with one id.
const LONGEST_ID = 512

/** Needles are gathered from the declared places of an item. */
export interface Needles {
  addId(id: string, by: string): void
  addName(name: string, by: string | undefined): void
  /** The id of the item itself, which names a person. */
  addItemId(id: string, by: string): void
  list(): Needle[]
}

/** @param ownSpellings other texts that stand for a person (`PersonalTable`) */
export function createNeedles(
  ownSpellings: ((id: string) => string[]) | undefined,
  wordings: Wordings,
): Needles {
  const known = new Map<string, Needle>()
  const all: Needle[] = []
  let latest: string | undefined

  function put(wording: Wording, by: string, isName: boolean): void {
    const { text, isAnyCase, isCovered } = wording
    const before = known.get(text)
    // An id says more than a name of the same text.
    if (before !== undefined && (!before.isName || isName)) return
    const needle = { text, by, isAnyCase, isName, isCovered }
    known.set(text, needle)
    if (before === undefined) all.push(needle)
    else all[all.indexOf(before)] = needle
  }

  return {
    addId(id, by) {
      // The same person stands in an event several times.
      if (id === latest) return
      latest = id
      let found = wordings.get(id)
      if (found === undefined) {
        found = wordingsOf(id, ownSpellings?.(id) ?? [])
        if (wordings.size >= MOST_IDS) wordings.clear()
        if (id.length <= LONGEST_ID) wordings.set(id, found)
      }
      for (const one of found) put(one, by, false)
    },

    addName(name, by = ANONYMOUS) {
      const one = wordingOf(/^mailto:(.+)$/is.exec(name)?.[1] ?? name.trim())
      if (one !== undefined) put(one, by, !name.includes('@'))
    },

    addItemId(id, by) {
      all.push({ text: lower(id), by, isAnyCase: true, isName: false, isCovered: false })
    },

    list: () => all,
  }
}

/** @returns undefined for what stands everywhere by chance */
function wordingOf(text: string): Wording | undefined {
  if (text.length < SHORTEST || isNobody(text) || ours.has(text) || !hasWord.test(text)) {
    return undefined
  }
  // A name of one word may be another word without its capital; a full name is one in any case.
  const isAnyCase = ANY_CASE.test(text)
  return { text: isAnyCase ? lower(text) : text, isAnyCase, isCovered: false }
}

function wordingsOf(id: string, own: string[]): Wording[] {
  const texts = new Set([...spellingsOf(id), ...own])
  const address = /^mailto:(.+)$/is.exec(id)?.[1]
  if (address !== undefined) {
    texts.add(address).add(withoutEncoding(address))
  } else if (!id.includes('@')) {
    const end = END_OF_IRI.exec(id.slice(-LONGEST_END))?.[0]
    if (end !== undefined) texts.add(end)
  }
  const all = [...texts].map(wordingOf).filter((one) => one !== undefined)
  return all.map((one) => {
    const isCovered = all.some(
      ({ text, isAnyCase }) =>
        text.length < one.text.length && isAnyCase === one.isAnyCase && one.text.includes(text),
    )
    return { ...one, isCovered }
  })
}

// A longer end of an IRI is found as the whole of it.
const LONGEST_END = 128

const ANY_CASE = /^[^\s@]+@[^\s@]+$|\s/

const hasWord = /[\p{L}\p{N}]/u

/** Writes ASCII letters in lower case, so that every character stays in its place. */
export function lower(text: string): string {
  const made = text.toLowerCase()
  return made.length === text.length ? made : text.replace(/[A-Z]+/g, (some) => some.toLowerCase())
}

function withoutEncoding(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
