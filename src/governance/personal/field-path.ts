import { NEXT, type Tape, WIDTH } from '../../syntax/json-tape'
import { nameAt } from './names-at'

/** A step of a path: a member by its name, an element by its index, all of them, or a name at any depth. */
export type FieldStep =
  | { name: string }
  | { index: number }
  | { every: true }
  | { anywhere: string | true }

export type FieldPath = readonly FieldStep[]

/** More steps than an item has levels lead nowhere; a few `..` in one path are all that anybody needs. */
const MAX_STEPS = 32
const MAX_LENGTH = 1024

// RFC 9535, 2.5.1.1: letters, `_`, and all beyond ASCII; digits too, but not first.
const NAME = /[A-Za-z_\u0080-\u{10ffff}][A-Za-z0-9_\u0080-\u{10ffff}]*/uy
const INDEX = /0|[1-9]\d{0,8}/y

/**
 * Reads a JSON Path of this subset of RFC 9535: `$` for the item, then `.name`, `['name']`, `["name"]`, `[0]`, `[*]`,
 * `.*`, `..name` and `..*`. Filters, slices, unions and negative indexes are not in it.
 * @returns the path, or what is wrong with the text, and before which of its characters (from 0)
 */
export function readFieldPath(
  text: string,
): { path: FieldPath; error?: undefined } | { path?: undefined; error: string; at: number } {
  const wrong = (error: string, at: number) => ({ error: `${error}, at character ${at + 1}`, at })
  if (text.length > MAX_LENGTH) return wrong(`More than ${MAX_LENGTH} characters`, MAX_LENGTH)
  if (!text.startsWith('$')) return wrong('A path begins with $', 0)
  const path: FieldStep[] = []
  let at = 1
  while (at < text.length) {
    if (path.length === MAX_STEPS) return wrong(`More than ${MAX_STEPS} steps`, at)
    const isDeep = text.startsWith('..', at)
    if (isDeep || text[at] === '.') {
      const from = at + (isDeep ? 2 : 1)
      if (isDeep && text[from] === '[') return wrong('After .. stands a name or *', from)
      const name = text[from] === '*' ? '*' : matchAt(NAME, text, from)
      if (name === undefined) return wrong('Expected a name or *', from)
      if (isDeep) path.push({ anywhere: name === '*' ? true : name })
      else path.push(name === '*' ? { every: true } : { name })
      at = from + name.length
    } else if (text[at] === '[') {
      const read = readBracket(text, at + 1)
      if ('error' in read) return wrong(read.error, read.at)
      path.push(read.step)
      at = read.at
    } else {
      return wrong(`Expected . or [, not ${JSON.stringify(text[at])}`, at)
    }
  }
  if (path.length === 0) return wrong('A path to the whole item is none to a field', 1)
  return { path }
}

type Bracket = { step: FieldStep; at: number } | { error: string; at: number }

/** Reads what stands in brackets. @returns with the index after the closing one */
function readBracket(text: string, from: number): Bracket {
  const quote = text[from]
  if (quote === '*') return closed(text, from + 1, { every: true })
  if (quote === "'" || quote === '"') return readQuoted(text, from, quote)
  const index = matchAt(INDEX, text, from)
  if (index === undefined) return { error: 'Expected an index, *, or a name in quotes', at: from }
  return closed(text, from + index.length, { index: Number(index) })
}

function readQuoted(text: string, from: number, quote: string): Bracket {
  let name = ''
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at]!
    if (char === quote) return closed(text, at + 1, { name })
    if (char !== '\\') {
      name += char
      continue
    }
    const hex = /^u([0-9A-Fa-f]{4})/.exec(text.slice(at + 1, at + 6))?.[1]
    const sign = text[at + 1]
    if (hex !== undefined) name += String.fromCharCode(Number.parseInt(hex, 16))
    else if (sign !== undefined && '\'"\\/'.includes(sign)) name += sign
    else return { error: 'Expected \\u and four hexadecimal digits, or an escaped quote', at }
    at += hex === undefined ? 1 : 5
  }
  return { error: `The name does not end with ${quote}`, at: text.length }
}

function closed(text: string, at: number, step: FieldStep): Bracket {
  if (text[at] !== ']') return { error: 'Expected ]', at }
  return { step, at: at + 1 }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/**
 * Finds the values that a path leads to, every member of a name where several have it.
 * @returns their cells, in the order of the text
 */
export function cellsAt(text: string, { cells }: Tape, path: FieldPath): number[] {
  let found = new Set([0])
  for (const step of path) {
    const next = new Set<number>()
    for (const cell of found) {
      if ('anywhere' in step) descend(text, cells, cell, step.anywhere, next)
      else eachChild(text, cells, cell, step, next)
    }
    found = next
  }
  return [...found].sort((a, b) => a - b)
}

function eachChild(
  text: string,
  cells: Int32Array,
  cell: number,
  step: Exclude<FieldStep, { anywhere: unknown }>,
  into: Set<number>,
): void {
  const end = cells[cell + NEXT]!
  let index = 0
  for (let child = cell + WIDTH; child < end; child = cells[child + NEXT]!) {
    const name = nameAt(text, cells, child)
    const isMeant =
      'every' in step ||
      ('name' in step ? name === step.name : name === undefined && index === step.index)
    if (isMeant) into.add(child)
    index += 1
  }
}

/** Every value within is one cell after the other, so that this is one pass. Of two that nest, each begins one. */
function descend(
  text: string,
  cells: Int32Array,
  cell: number,
  name: string | true,
  into: Set<number>,
): void {
  const end = cells[cell + NEXT]!
  for (let child = cell + WIDTH; child < end; child += WIDTH) {
    if (name === true || nameAt(text, cells, child) === name) into.add(child)
  }
}
