import type { Node } from './node'

/** Chooses one text of a language map: of a language, or of any English, or the first. */
export function anyOf(map: Node | undefined, language?: string): string | undefined {
  if (map === undefined) return undefined
  let first: string | undefined
  let english: string | undefined
  for (const tag in map) {
    const text = map[tag]
    if (typeof text !== 'string') continue
    if (tag === language) return text
    first ??= text
    if (english === undefined && /^en(?:-|$)/i.test(tag)) english = text
  }
  return english ?? first
}
