import { endOfString, endOfValue, skipSpace } from './json-scan'

/** Names of members, each with what is selected within it, or `all` of it. */
export type Selection = ReadonlyMap<string, Selection | 'all'>

/**
 * Puts paths together into what they select. Of two, one of which is the beginning of the other, the
 * shorter counts.
 */
export function selectionOf(paths: Iterable<readonly string[]>): Selection {
  const selection = new Map<string, Selection | 'all'>()
  for (const path of paths) {
    let at: Map<string, Selection | 'all'> = selection
    for (const [place, step] of path.entries()) {
      const known = at.get(step)
      if (known === 'all') break
      if (place === path.length - 1) {
        at.set(step, 'all')
        break
      }
      const next = (known as Map<string, Selection | 'all'> | undefined) ?? new Map()
      at.set(step, next)
      at = next
    }
  }
  return selection
}

/**
 * Writes an object with the selected members alone, in their places and in its own characters: digits of
 * long numbers stay. A list is gone through element by element; those that have nothing of it are left
 * out. Of members with one name the last counts, as in JSON.parse.
 * @param text JSON of an object; of another the result means nothing
 */
export function selectJson(text: string, selection: Selection): string {
  return selected(text, skipSpace(text, 0), selection) ?? '{}'
}

const QUOTE = 34
const COMMA = 44
const OPEN_ARRAY = 91
const OPEN_OBJECT = 123

/** @returns undefined where nothing of the value at `start` is selected */
function selected(text: string, start: number, selection: Selection): string | undefined {
  const char = text.charCodeAt(start)
  if (char === OPEN_OBJECT) return inObject(text, start, selection)
  return char === OPEN_ARRAY ? inArray(text, start, selection) : undefined
}

function inObject(text: string, start: number, selection: Selection): string | undefined {
  const members = new Map<string, string>()
  let at = skipSpace(text, start + 1)
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(text, at)
    const sent = text.slice(at, nameEnd)
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1) // past the colon
    const end = endOfValue(text, value)
    const name = sent.includes('\\') ? (JSON.parse(sent) as string) : sent.slice(1, -1)
    const within = selection.get(name)
    if (within !== undefined) {
      const own = within === 'all' ? text.slice(value, end) : selected(text, value, within)
      if (own === undefined) members.delete(name)
      else members.set(name, `${sent}:${own}`)
    }
    at = skipSpace(text, end)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return members.size === 0 ? undefined : `{${[...members.values()].join(',')}}`
}

function inArray(text: string, start: number, selection: Selection): string | undefined {
  const elements: string[] = []
  let at = skipSpace(text, start + 1)
  while (at < text.length && text[at] !== ']') {
    const own = selected(text, at, selection)
    if (own !== undefined) elements.push(own)
    at = skipSpace(text, endOfValue(text, at))
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return elements.length === 0 ? undefined : `[${elements.join(',')}]`
}
