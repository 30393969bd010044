import { createAutomaton } from './automaton'
import { lower, type Needle } from './needles'

/** A hit is where a needle stands in a text, as a word or words of its own. */
export interface Hit {
  start: number
  end: number
  needle: Needle
}

export interface Search {
  /** Finds needles from left to right; of two that begin at one place, the longer. */
  in(text: string): Hit[]
  /** Tells fast, by looking at no word, that none stands in a text. */
  mayBeIn(text: string): boolean
}

// So many needles are looked for one after the other, with the engine's own search; more, all at once.
const FEW = 12

/** Makes a search whose time is in proportion to the length of the text, however many needles there are. */
export function createSearch(needles: readonly Needle[]): Search {
  const automaton = needles.length > FEW ? createAutomaton(needles) : undefined
  const hasAnyCase = needles.some(({ isAnyCase }) => isAnyCase)

  function find(text: string): Hit[] {
    if (needles.length === 0 || text.length < 3) return []
    const hits = automaton?.(text) ?? eachIn(text, needles, hasAnyCase)
    if (hits.length === 0) return hits
    const spans = ownSpans(text)
    const uuids = text.length >= UUID_LENGTH ? spansOf(text, UUID) : []
    hits.sort((a, b) => a.start - b.start || b.end - a.end)
    let end = 0
    return hits.filter((hit) => {
      if (hit.start < end || !isWord(text, hit)) return false
      if (spans.some(([from, to]) => hit.start < to && from < hit.end)) return false
      if (uuids.some((span) => isWithin(hit, span))) return false
      end = hit.end
      return true
    })
  }

  return {
    in: find,
    mayBeIn: (text) => automaton !== undefined || isAnyIn(text, needles, hasAnyCase),
  }
}

function eachIn(text: string, needles: readonly Needle[], hasAnyCase: boolean): Hit[] {
  const hits: Hit[] = []
  const lowered = hasAnyCase ? lower(text) : text
  for (const needle of needles) {
    const within = needle.isAnyCase ? lowered : text
    const { length } = needle.text
    let at = within.indexOf(needle.text)
    while (at >= 0) {
      hits.push({ start: at, end: at + length, needle })
      at = within.indexOf(needle.text, at + length)
    }
  }
  return hits
}

function isAnyIn(text: string, needles: readonly Needle[], hasAnyCase: boolean): boolean {
  const lowered = hasAnyCase ? lower(text) : text
  for (const { text: own, isAnyCase, isCovered } of needles) {
    if (!isCovered && (isAnyCase ? lowered : text).includes(own)) return true
  }
  return false
}

/** A word ends where a letter or digit meets something else; a needle that ends with something else ends anywhere. */
function isWord(text: string, { start, end }: Hit): boolean {
  return (
    !(isPart(text, start - 1) && isPart(text, start)) &&
    !(isPart(text, end - 1) && isPart(text, end))
  )
}

const PART = /[\p{L}\p{N}\p{M}]/u

function isPart(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (Number.isNaN(code)) return false
  if (code < 128) {
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
  }
  // A half of a pair is judged as a letter: the other half is beside it.
  return (code >= 0xd800 && code <= 0xdfff) || PART.test(text[at]!)
}

const OURS =
  /urn:nonius:(?:pseudonym:[0-9]{1,9}\.[A-Za-z0-9_-]{22}|anonymous)|^[0-9]{1,9}\.[A-Za-z0-9_-]{22}$/g

/** Finds what we put into a text ourselves: a part of it that looks like a name is none. */
function ownSpans(text: string): [number, number][] {
  if (!text.includes('nonius') && text.length > 33) return []
  return spansOf(text, OURS)
}

function spansOf(text: string, pattern: RegExp): [number, number][] {
  return [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length])
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi
const UUID_LENGTH = 36

/** Tells whether a hit is a part of a UUID, of which a group of digits is no id. */
function isWithin({ start, end }: Hit, [from, to]: [number, number]): boolean {
  return from <= start && end <= to && end - start < to - from
}
