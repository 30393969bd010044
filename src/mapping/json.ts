/** A JSON object. */
export type Json = Record<string, unknown>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns a member's value when it is an object, or an empty object: reading on is always safe. */
export function objectIn(value: unknown, name: string): Json {
  const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return isObject(member) ? member : {}
}

/** Returns an object without the members that are undefined, or undefined when none is left. */
export function withoutAbsent(object: Json): Json | undefined {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
