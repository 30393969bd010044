import { anyOf } from './language-map'
import type { Node } from './node'

/** A language range of a reader, in lower case. */
export type LanguageRange = string

// Browsers send at most a dozen ranges; more are not a person's.
const MAX_HEADER = 1000
const MAX_RANGES = 30

// A range has a tag's form, or is a star (RFC 9110, 12.5.4), with a weight from 0 to 1.
const RANGE = /^([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}|\*)(?:\s*;\s*[qQ]=([01](?:\.\d{0,3})?))?$/

/**
 * Reads an `Accept-Language` header: its ranges by weight, those of one weight as they stand. A range
 * of weight 0 and whatever is no range are left out.
 */
export function languagesOf(header: string | null | undefined): LanguageRange[] {
  const ranges: { range: string; weight: number }[] = []
  for (const part of (header ?? '').slice(0, MAX_HEADER).split(',', MAX_RANGES)) {
    const match = RANGE.exec(part.trim())
    if (match === null) continue
    const weight = Number(match[2] ?? 1)
    if (weight > 0 && weight <= 1) ranges.push({ range: match[1]!.toLowerCase(), weight })
  }
  return ranges.sort((a, b) => b.weight - a.weight).map(({ range }) => range)
}

/**
 * Leaves one language of a map: the first range decides that has one, looked up as RFC 4647, 3.4, does
 * (`en-US` finds `en`), and where that finds nothing, `en` finds `en-US`. Without any, it is some
 * English text, or the first.
 */
export function choose(map: Node, ranges: readonly LanguageRange[]): Node {
  const tags = Object.keys(map)
  if (tags.length < 2) return map
  const byLower = new Map(tags.map((tag) => [tag.toLowerCase(), tag]))
  for (const range of ranges) {
    if (range === '*') break
    const found = lookUp(range, byLower)
    if (found !== undefined) return { [found]: map[found] }
  }
  const text = anyOf(map)
  const tag = tags.find((one) => map[one] === text) ?? tags[0]!
  return { [tag]: map[tag] }
}

function lookUp(range: string, byLower: ReadonlyMap<string, string>): string | undefined {
  for (let part = range; part !== ''; part = shortened(part)) {
    const found = byLower.get(part)
    if (found !== undefined) return found
  }
  for (const [lower, tag] of byLower) if (lower.startsWith(`${range}-`)) return tag
  return undefined
}

/** Takes the last subtag away, and a single letter before it as well (RFC 4647, 3.4). */
function shortened(range: string): string {
  const subtags = range.split('-').slice(0, -1)
  if (subtags.length > 1 && subtags.at(-1)!.length === 1) subtags.pop()
  return subtags.join('-')
}
