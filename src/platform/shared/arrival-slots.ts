/** Counts of the last hour are stored by the slot of five minutes: its beginning, to the minute. */
const SLOT_MS = 5 * 60 * 1000
const SLOTS_OF_AN_HOUR = 12

/** Slots are stored for two days: long enough that a late clock loses none of the last hour. */
export const SLOT_KEPT_MS = 2 * 24 * 60 * 60 * 1000

const SLOT_MINUTES = SLOT_MS / 60_000

/** Returns the slot of a time (ISO 8601 UTC), as `2026-11-21T09:35`. */
export function slotOf(time: string): string {
  const minute = Number(time.slice(14, 16))
  const begin = minute - (minute % SLOT_MINUTES)
  return `${time.slice(0, 14)}${begin < 10 ? '0' : ''}${begin}`
}

/** Returns the first slot of the hour before a time. */
export function firstSlot(now: Date): string {
  return slotOf(new Date(now.getTime() - (SLOTS_OF_AN_HOUR - 1) * SLOT_MS).toISOString())
}

/**
 * So many pairs of a sender and a slot may wait to be written: beyond it, as while the disk is
 * full, further ones go uncounted. Each takes a few hundred bytes.
 */
export const MAX_NOTED = 10_000
