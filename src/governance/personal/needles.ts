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

/** Needles are gathered from the declared places of an item. */
export interface Needles {
  readonly size: number
  addId(id: string, by: string): void
  addName(name: string, by: string | undefined): void
  /** The id of the item itself, which names a person. */
  addItemId(id: string, by: string): void
  list(): Needle[]
}

/** @param ownSpellings other texts that stand for a person (`PersonalTable`) */
export function createNeedles(ownSpellings: (id: string) => string[] = () => []): Needles {
  const known = new Map<string, Needle>()

  function add(text: string, by: string, isName: boolean): void {
    if (text.length < SHORTEST || isNobody(text) || ours.has(text) || !hasWord.test(text)) return
    // A name of one word may be another word without its capital; a full name is one in any case.
    const isAnyCase = ANY_CASE.test(text)
    const key = isAnyCase ? lower(text) : text
    const before = known.get(key)
    // An id says more than a name of the same text.
    if (before === undefined || (before.isName && !isName)) {
      known.set(key, { text: key, by, isAnyCase, isName })
    }
  }

  function addId(id: string, by: string): void {
    for (const one of [...spellingsOf(id), ...ownSpellings(id)]) add(one, by, false)
    const address = /^mailto:(.+)$/is.exec(id)?.[1]
    if (address !== undefined) {
      add(address, by, false)
      add(withoutEncoding(address), by, false)
    } else if (!id.includes('@')) {
      const end = END_OF_IRI.exec(id.slice(-LONGEST_END))?.[0]
      if (end !== undefined && end.length < id.length) add(end, by, false)
    }
  }

  return {
    get size() {
      return known.size
    },
    addId,
    addName(name, by = ANONYMOUS) {
      const address = /^mailto:(.+)$/is.exec(name)?.[1]
      add(address ?? name.trim(), by, !name.includes('@'))
    },
    addItemId(id, by) {
      const text = lower(id)
      known.set(text, { text, by, isAnyCase: true, isName: false })
    },
    list: () => [...known.values()],
  }
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
