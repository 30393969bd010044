/** A block of a sheet: a compound selector, and what it sets. */
export interface Block {
  selector: Selector
  settings: { name: string; value: string; line: number }[]
  line: number
}

export interface Selector {
  /** The type; `*` for any, undefined where none is named. */
  type: string | undefined
  /** In their order; without a value, it has to be there. */
  attributes: { name: string; value: string | undefined }[]
  text: string
}

/** It says with its line why a text is no sheet. */
export interface Fault {
  line: number
  message: string
}

export type Scanned = { blocks: Block[]; fault?: undefined } | { fault: Fault }

// `pmss` 0.0.3 takes these names, and no hyphen.
const NAME = /[A-Za-z0-9_]+/y
const GAP = /(?:\s+|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*/y
const ATTRIBUTE = /\[([A-Za-z0-9_]+)(?:="([^"\\\n]*)")?\]/y
// A value goes on to its semicolon, whatever is in it; comments are taken out of it.
const VALUE = /(?:\/\*[\s\S]*?\*\/|\/\/[^\n]*|[^;{}])*/y

/**
 * Scans a sheet of PMSS, as `pmss` 0.0.3 reads it: blocks that are not nested, selectors of a type and of attributes
 * in double quotes, each setting with its semicolon. Whatever that cannot read, or reads as something else than is
 * written, is a fault; only the signs `//` and `=` may stand in the value of an attribute, where it stumbles over them.
 */
export function scanPmss(text: string): Scanned {
  let at = 0

  function take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found === null) return undefined
    at += found[0].length
    return found
  }

  const skip = () => void take(GAP)
  const breaks = [...text.matchAll(/\n/g)].map(({ index }) => index)
  const seen = (place = at) => (place < text.length ? `got ${shown(text.slice(place))}` : 'it ends')

  /** Lines are counted from 1. */
  function lineAt(place: number): number {
    let [from, to] = [0, breaks.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (breaks[middle]! < place) from = middle + 1
      else to = middle
    }
    return from + 1
  }

  function wrong(message: string, place = at): never {
    throw new Wrong({ line: lineAt(place), message: `${message}; ${seen(place)}` })
  }

  function readSelector(): Selector {
    const begin = at
    const types: string[] = []
    const attributes: Selector['attributes'] = []
    for (skip(); text[at] !== '{'; skip()) {
      const next = text[at]
      if (next === '*') {
        at += 1
        types.push('*')
      } else if (next === '[') {
        const place = at
        const found = take(ATTRIBUTE)
        if (found === undefined) wrong('An attribute must look like [domain="example.org"]', place)
        attributes.push({ name: found[1]!, value: found[2] })
      } else if (next === ',')
        wrong('A list of selectors is read as one that holds of nothing: write a block for each')
      else if (next === '.' || next === '#')
        wrong('Events have no class and no id, so that this would hold of none')
      else {
        const name = take(NAME)?.[0]
        if (name === undefined) {
          wrong('A block must look like incoming_events[domain="example.org"] { … }')
        }
        types.push(name)
      }
    }
    const written = text.slice(begin, at).trim()
    if (types.length + attributes.length === 0) {
      wrong('A block must have a selector, such as incoming_events', begin)
    }
    if (types.length > 1) wrong('Nothing is of two types', begin)
    const names = attributes.map(({ name, value }) => `${name}${value === undefined ? '' : '='}`)
    if (new Set(names).size < names.length) wrong('An attribute must be named once', begin)
    return { type: types[0], attributes, text: written.replaceAll(/\s+/g, ' ') }
  }

  function readSettings(): Block['settings'] {
    const settings: Block['settings'] = []
    for (skip(); text[at] !== '}'; skip()) {
      const place = at
      const name = take(NAME)?.[0]
      skip()
      if (name === undefined || text[at] !== ':') {
        if (text[at] === '{') wrong('A block must not stand in another', place)
        wrong('A setting must look like blacklist_event_action: DROP;', place)
      }
      at += 1
      const value = take(VALUE)![0].replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
      if (text[at] !== ';') {
        wrong(
          `The setting ${name} must end with a semicolon (// begins a comment in a value, too)`,
          place,
        )
      }
      at += 1
      settings.push({ name, value: value.trim(), line: lineAt(place) })
    }
    return settings
  }

  try {
    const blocks: Block[] = []
    for (skip(); at < text.length; skip()) {
      const line = lineAt(at)
      const selector = readSelector()
      at += 1
      const settings = readSettings()
      at += 1
      blocks.push({ selector, settings, line })
    }
    if (blocks.length === 0) {
      return { fault: { line: 1, message: 'There must be a block in it; it is empty' } }
    }
    return { blocks }
  } catch (thrown) {
    if (thrown instanceof Wrong) return { fault: thrown.fault }
    throw thrown
  }
}

class Wrong extends Error {
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.message)
    this.fault = fault
  }
}

// Enough to find the place.
const SHOWN = 40
const shown = (text: string) => JSON.stringify(text.slice(0, SHOWN).trimEnd().split('\n')[0])
