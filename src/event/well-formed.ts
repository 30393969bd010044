import type { ReadEvent } from './reading'

/**
 * Tells whether parsing `text` may give strings with half a surrogate pair: JSON can escape one
 * (RFC 8259, 8.2), UTF-8 cannot carry it, and Parquet and SQLite hold UTF-8.
 */
export function mayHoldLoneSurrogates(text: string): boolean {
  return !text.isWellFormed() || (text.includes('\\u') && /\\u[dD][89a-fA-F]/.test(text))
}

/** Puts U+FFFD for every lone surrogate in the columns of `event`; `raw` stays as sent. */
export function makeWellFormed(event: ReadEvent): void {
  const columns = event as unknown as Record<string, unknown>
  for (const [name, value] of Object.entries(columns)) {
    if (name === 'raw') continue
    if (typeof value === 'string') columns[name] = value.toWellFormed()
  }
  event.membershipRoles = event.membershipRoles?.map((role) => role.toWellFormed())
}
