import { createHash } from 'node:crypto'
import type { Recent } from '../kept/state-document'

// 48 bits: that an event is taken for one of the thousand before it happens once in 10^11 events.
const KEY_BYTES = 6
const KEY_LENGTH = 8

// A call of the stream brings 500 records (`infra/stream-mapping.ts`), and what failed comes again.
const MAX_KEYS = 1000

// The stream tries for six hours, and `sweep` once more; a day is beyond both.
const HOURS = 25
const HOUR_MS = 60 * 60 * 1000

/** Writes an id so that many can be remembered. */
export function keyOfEvent(eventId: string): string {
  return createHash('sha256').update(eventId).digest().subarray(0, KEY_BYTES).toString('base64url')
}

export function keysIn(recent: Recent | undefined): Set<string> {
  const keys = new Set<string>()
  for (const text of Object.values(recent ?? {})) {
    for (let at = 0; at < text.length; at += KEY_LENGTH) keys.add(text.slice(at, at + KEY_LENGTH))
  }
  return keys
}

/** Adds what was applied now, and forgets what is older than a day or beyond the latest thousand. */
export function withKeys(recent: Recent | undefined, keys: readonly string[], now: Date): Recent {
  const hourOf = (date: Date) => date.toISOString().slice(0, 13)
  const oldest = hourOf(new Date(now.getTime() - HOURS * HOUR_MS))
  const hour = hourOf(now)
  const all = { ...recent, [hour]: (recent?.[hour] ?? '') + keys.join('') }
  let room = MAX_KEYS * KEY_LENGTH
  const kept: [string, string][] = []
  for (const [at, text] of Object.entries(all).sort(([a], [b]) => (a < b ? 1 : -1))) {
    if (at < oldest || room === 0) break
    const latest = text.slice(-room)
    room -= latest.length
    if (latest !== '') kept.push([at, latest])
  }
  return Object.fromEntries(kept.reverse())
}
