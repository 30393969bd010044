import { isUnreadable, type Parsed, type Unreadable } from './arrival'

/**
 * Tells whether nothing of a body could be read as its standard has it: then it may be a wrapper
 * around what could. A body of which anything was read is never taken for one, unless all that was read
 * of it are wrappers themselves.
 */
export function isAllRefused(parsed: Parsed | Unreadable): boolean {
  if (isUnreadable(parsed)) return true
  const parts = Array.isArray(parsed) ? parsed : [{ reading: parsed }]
  return parts.every(
    (part) =>
      !('reading' in part) ||
      part.reading.carries === true ||
      part.reading.items.every((item) => !('event' in item)),
  )
}

/**
 * Tells whether a body without an envelope may be a CloudEvent: that has a type and an id, as an entity
 * has, and would be taken for one.
 */
export function mayBeCloudEvent(text: string): boolean {
  return text.includes('"specversion"')
}
