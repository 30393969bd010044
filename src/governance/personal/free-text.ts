import { endOfString, skipSpace } from '../../syntax/json-scan'
import { type Edit, spliced } from './edits'
import { type Layer, moved, percentLayer, placed, unescapedLayer } from './layers'
import type { Needle } from './needles'
import { createSearch } from './search'

/** How often a text may stand in another, escaped each time. */
const MAX_LAYERS = 4

const COLON = 58

/** It replaces texts that name people, wherever they stand in an item or in a text of it. */
export interface FreeText {
  /** Replaces them in the strings, names and numbers of a JSON text. */
  inJson(json: string): { text: string; changed: number }
  /** Tells fast that nobody stands in a text; what it does not tell of may still have nobody in it. */
  isQuiet(text: string): boolean
  /** Replaces them in a plain text. */
  inText(text: string): string
  /** Tells whether they stand in a plain text. */
  areIn(text: string): boolean
}

/**
 * @param isFixed tells of which members the values are words of a standard, in which no name of a person is looked for
 */
export function createFreeText(
  needles: readonly Needle[],
  isFixed: (name: string) => boolean,
): FreeText {
  const search = createSearch(needles)

  /** Finds edits of a text, also of what is encoded in it. */
  function editsIn(
    text: string,
    encode: (by: string) => string,
    depth: number,
    only: Only,
  ): Edit[] {
    let found = search
      .in(text)
      .filter(({ needle }) => isMeant(needle, only))
      .map(({ start, end, needle }) => ({ start, end, text: encode(needle.by) }))
    if (depth >= MAX_LAYERS) return found
    const layers: [Layer, (by: string) => string][] = []
    if (text.includes('%')) layers.push([percentLayer(text, false), encodeURIComponent])
    if (text.includes('+')) layers.push([percentLayer(text, true), encodeURIComponent])
    if (text.includes('\\')) layers.push([unescapedLayer(text), (by) => by])
    for (const [layer, write] of layers) {
      if (layer.text === text) continue
      const within = editsIn(layer.text, (by) => encode(write(by)), depth + 1, only)
      found = joined(
        found,
        within.map((edit) => placed(edit, layer)),
      )
    }
    return found
  }

  function editsInString(json: string, start: number, end: number, only: Only): Edit[] {
    const inner = json.slice(start + 1, end - 1)
    // Few strings have an escape; the others read as they stand.
    if (!inner.includes('\\')) {
      return editsIn(inner, (by) => by, 0, only).map((edit) => moved(edit, start + 1))
    }
    const layer = unescapedLayer(inner)
    return editsIn(layer.text, (by) => by, 0, only).map((edit) =>
      moved(placed(edit, layer), start + 1),
    )
  }

  function inJson(json: string) {
    if (isQuiet(json)) return { text: json, changed: 0 }
    const numbers = new Map(
      needles.filter(({ text }) => /^\d{6,}$/.test(text)).map((one) => [one.text, one] as const),
    )
    const edits: Edit[] = []
    let name = ''
    let between = 0
    for (let at = json.indexOf('"'); at >= 0; at = json.indexOf('"', between)) {
      if (numbers.size > 0) numbersIn(json, [between, at], name, numbers, edits)
      const end = endOfString(json, at)
      const isName = json.charCodeAt(skipSpace(json, end)) === COLON
      if (isName) name = json.slice(at + 1, end - 1)
      const fixed = isFixed(name)
      const only = fixed ? 'telling' : isName && isPlainWord(json, at, end) ? 'ids' : 'all'
      // A word of the standard is no name of a person, whatever a person is called, and a time is no id.
      const isWord = fixed && (isName || TIME.test(json.slice(at + 1, at + 12)))
      if (!isWord) for (const edit of editsInString(json, at, end, only)) edits.push(edit)
      between = end
    }
    if (numbers.size > 0) numbersIn(json, [between, json.length], name, numbers, edits)
    return { text: spliced(json, bounded(edits, json.length)), changed: edits.length }
  }

  /** Replaces ids that stand as numbers between two strings. */
  function numbersIn(
    json: string,
    [from, to]: [number, number],
    name: string,
    numbers: ReadonlyMap<string, Needle>,
    edits: Edit[],
  ): void {
    if (to - from < 6 || isFixed(name)) return
    for (const match of json.slice(from, to).matchAll(/-?\d[\d.eE+-]*/g)) {
      const needle = numbers.get(match[0])
      const start = from + match.index
      if (needle !== undefined) {
        edits.push({ start, end: start + match[0].length, text: JSON.stringify(needle.by) })
      }
    }
  }

  /** Tells fast that nobody stands in a text, and that nothing in it has to be decoded to know that. */
  function isQuiet(text: string): boolean {
    if (needles.length === 0) return true
    if (text.includes('\\') || text.includes('%') || text.includes('+')) return false
    return !search.mayBeIn(text)
  }

  return {
    isQuiet,
    inJson,
    inText: (text) =>
      spliced(
        text,
        editsIn(text, (by) => by, 0, 'all'),
      ),
    areIn: (text) => editsIn(text, (by) => by, 0, 'all').length > 0,
  }
}

/**
 * In words of a standard, only ids are looked for that are no words and no counts; in a name of a member that is a word,
 * ids, but no names of people.
 */
type Only = 'all' | 'ids' | 'telling'

function isMeant({ text, isName }: Needle, only: Only): boolean {
  if (only === 'all') return true
  if (isName || only === 'ids') return !isName
  return /[@:/]/.test(text) || (text.length >= 6 && /\d/.test(text))
}

/** Tells whether a name of a member is written as programs write words. */
function isPlainWord(json: string, start: number, end: number): boolean {
  return /^[@a-z][A-Za-z_]*$/.test(json.slice(start + 1, end - 1))
}

const TIME = /^\d{4}-\d\d-\d\d(?:[T "]|$)/

// A pseudonym has some forty characters, and a name may have three: whoever writes a name a million times must
// not make us keep ten times what they sent.
const MOST_GROWTH = 64 * 1024
const IN_SHORT = '~'

/** Replaces in short where a text would grow by more than half, and by much. */
function bounded(edits: Edit[], length: number): Edit[] {
  const growth = edits.reduce((sum, { start, end, text }) => sum + text.length - (end - start), 0)
  if (growth <= MOST_GROWTH + length / 2) return edits
  return edits.map(({ start, end, text }) => {
    return { start, end, text: text.startsWith('"') ? `"${IN_SHORT}"` : IN_SHORT }
  })
}

/** Puts edits of one text together, both in their order; where two overlap, the first list has it. */
function joined(edits: readonly Edit[], more: readonly Edit[]): Edit[] {
  const all: Edit[] = []
  let next = 0
  for (const edit of edits) {
    for (; next < more.length && more[next]!.end <= edit.start; next += 1) all.push(more[next]!)
    while (next < more.length && more[next]!.start < edit.end) next += 1
    all.push(edit)
  }
  for (; next < more.length; next += 1) all.push(more[next]!)
  return all
}
