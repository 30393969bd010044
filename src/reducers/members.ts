export type Members = Readonly<Record<string, unknown>>

/** Says that a value is an object with members, and no array. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads a member of a value by its own name: what an object inherits is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** Reads a text that is not empty, as long as others may keep it; numbers are ids as well. */
export function textOf(value: unknown, longest: number): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  return typeof text === 'string' && text !== '' ? cut(text, longest) : undefined
}

/** Cuts a text, never through a character of two halves: half of one is no JSON for everybody. */
export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')
}
