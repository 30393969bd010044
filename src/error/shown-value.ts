// Enough to recognise a value by, and no more of what may be somebody's data.
const SHOWN_LENGTH = 60

/** Writes a value as a message shows it. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string') return String(value ?? 'nothing')
  const isLong = value.length > SHOWN_LENGTH
  return JSON.stringify(isLong ? `${value.slice(0, SHOWN_LENGTH).toWellFormed()}…` : value)
}
