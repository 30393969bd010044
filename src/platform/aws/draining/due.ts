import type { BlobEntry } from '../../blob-store'

// The sweep looks for what waits every five minutes (`infra/sweep.ts`).
const LOOKS_AN_HOUR = 12
const LOOKS_A_DAY = 24 * LOOKS_AN_HOUR
const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

/**
 * Tells whether what failed for reasons of its own is tried again this time: always in its first hour, then about
 * once an hour, and after a day about once a day. Only a new version, or somebody's repair, can have helped.
 * @param random lies between 0 and 1
 */
export function isDueAgain(
  { storedAt }: Pick<BlobEntry, 'storedAt'>,
  now: Date,
  random = Math.random(),
): boolean {
  const age = now.getTime() - Date.parse(storedAt)
  if (age < HOUR_MS) return true
  return random < 1 / (age < DAY_MS ? LOOKS_AN_HOUR : LOOKS_A_DAY)
}
