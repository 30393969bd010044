/** Counts of the last hour are stored by the slot of five minutes: its beginning, to the minute. */
const SLOT_MS = 5 * 60 * 1000
const SLOTS_OF_AN_HOUR = 12

/** Slots are stored for two days: long enough that a late clock loses none of the last hour. */
export const SLOT_KEPT_MS = 2 * 24 * 60 * 60 * 1000

/** Returns the slot of a time, as `2026-11-21T09:35`. */
export function slotOf(time: string | Date): string {
  const ms = new Date(time).getTime()
  return new Date(ms - (ms % SLOT_MS)).toISOString().slice(0, 16)
}

/** Returns the first slot of the hour before a time. */
export function firstSlot(now: Date): string {
  return slotOf(new Date(now.getTime() - (SLOTS_OF_AN_HOUR - 1) * SLOT_MS))
}

/**
 * So many pairs of a sender and a slot may wait to be written: beyond it, as while the disk is
 * full, further ones go uncounted. Each takes a few hundred bytes.
 */
export const MAX_NOTED = 10_000
