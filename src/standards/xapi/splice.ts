import { endOfString, endOfValue, skipSpace } from '../../syntax/json-scan'

/** A member of an object inside a JSON text: where its value begins and where that ends. */
export interface Member {
  name: string
  start: number
  end: number
}

const QUOTE = 34
const COMMA = 44

/**
 * Finds the members of the object that stands at `open` in a JSON text that was parsed before.
 * @param open the index of its brace
 */
export function membersAt(text: string, open: number): Member[] {
  const members: Member[] = []
  let at = skipSpace(text, open + 1)
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at)
    const key = text.slice(at + 1, keyEnd - 1)
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const end = endOfValue(text, start)
    members.push({ name: key.includes('\\') ? JSON.parse(`"${key}"`) : key, start, end })
    at = skipSpace(text, end)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return members
}

/** Finds a member as JSON.parse reads it: the last one of its name. */
export function memberNamed(members: readonly Member[], name: string): Member | undefined {
  return members.findLast((one) => one.name === name)
}

/** An edit puts a text in the place of another. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** Does edits that do not overlap; everything between them stays as it was sent. */
export function spliced(text: string, edits: readonly Edit[]): string {
  let made = ''
  let copied = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    made += text.slice(copied, edit.start) + edit.text
    copied = edit.end
  }
  return made + text.slice(copied)
}
