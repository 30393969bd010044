import type { Issue } from '../error/issue'
import type { ReadItem } from '../event/reading'
import { standardNamed } from '../standards'
import type { Steps } from '../syntax/steps'
import { bytesOfBroken, countBroken, sayBroken } from '../wire/broken'
import { isUnreadable, type Parsed, type Part, type Unreadable } from './arrival'

/**
 * Refuses every item that holds bytes which are not UTF-8, and keeps these bytes; the others are what
 * they were.
 * @param text the body, with stand-ins for those bytes
 * @returns the body as a whole is unreadable when such bytes stand around its items, or its items stand
 * or fall together
 */
export function* withoutBroken(
  parsed: Parsed | Unreadable,
  text: string,
): Steps<Parsed | Unreadable> {
  if (isUnreadable(parsed)) return brokenBody(text)
  let found = 0
  function* without(part: Part): Steps<Part> {
    if ('unreadable' in part) {
      const count = countBroken(part.text)
      found += count
      if (count === 0) return part
      const { errors } = brokenBody(part.text)
      return {
        text: part.text,
        bytes: bytesOfBroken(part.text),
        unreadable: { ...part.unreadable, errors },
      }
    }
    const { reading } = part
    const items: ReadItem[] = []
    for (const item of reading.items) {
      const raw = 'event' in item ? item.event.raw : item.raw
      const count = countBroken(raw)
      found += count
      items.push(count === 0 ? item : refused(item, raw, reading.standard))
      yield
    }
    return { ...part, reading: { ...reading, items } }
  }

  const parts: Part[] = []
  for (const part of Array.isArray(parsed) ? parsed : [{ text, reading: parsed }]) {
    parts.push(yield* without(part))
  }
  if (found < countBroken(text)) return brokenBody(text)
  const [first] = parts
  return Array.isArray(parsed) || !first || !('reading' in first) ? parts : first.reading
}

function refused({ index, id }: ReadItem, raw: string, standard: string): ReadItem {
  const path = standardNamed(standard)?.idPath(index).slice(0, -1) ?? [index]
  const errors: Issue[] = [{ path, message: sayBroken(raw), code: 'invalid_charset' }]
  const bytes = Buffer.from(bytesOfBroken(raw)).toString('base64')
  return {
    index,
    raw: bytes,
    encoding: 'base64',
    id: id !== undefined && isPlainIn(id, raw) ? id : undefined,
    errors,
  }
}

/** Tells whether an item says its id itself, and in whole characters. */
function isPlainIn(id: string, raw: string): boolean {
  return countBroken(id) === 0 && raw.includes(id)
}

function brokenBody(text: string): Unreadable {
  const message = sayBroken(text).replace('of it', 'of the body')
  const errors = [{ path: [], message, code: 'invalid_charset' }]
  return { code: 'invalid_encoding', message: `The body is no text: ${message}.`, errors }
}
