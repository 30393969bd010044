import { type CountedType, type ForgottenPart, MINUTE_MS, minuteOf } from '../type-counts'
import { SLOTS_OF_AN_HOUR, slotIn, type TypeHour } from './noted-types'
import { hourOf } from './tally'

/** A tenant has so many types told apart: beyond any vocabulary, short of names made by a bug. */
export const MAX_TYPES = 10_000

/** Sums the slots of the hour before a time, by type. @param hours that one and the one before */
export function lastHourOf(hours: Iterable<TypeHour>, now: Date): Map<string, number> {
  const first = minuteOf(new Date(now.getTime() - (SLOTS_OF_AN_HOUR - 1) * MINUTE_MS).toISOString())
  const last = minuteOf(now.toISOString())
  const sums = new Map<string, number>()
  for (const { type, hour, slots } of hours) {
    for (const [place, count] of slots.entries()) {
      const slot = `${hour}:${String(place).padStart(2, '0')}`
      if (slot < first || slot > last) continue
      sums.set(type, (sums.get(type) ?? 0) + count)
    }
  }
  return sums
}

/** Returns what of an hour is to be forgotten, by slot. */
export function forgottenIn({ type, hour, slots }: TypeHour, before: ForgottenPart): number[] {
  if (hour < hourOf(before.time)) return slots
  if (hour > hourOf(before.time)) return slots.map(() => 0)
  const { inSlot } = before
  const cut = slotIn(before.time)
  return slots.map((count, place) => {
    if (place < cut) return count
    if (place > cut) return 0
    if (typeof inSlot === 'number') return Math.round(count * inSlot)
    return Math.min(count, inSlot.get(type) ?? 0)
  })
}

export function byFrequency(types: CountedType[]): CountedType[] {
  return types.sort((a, b) => b.total - a.total || (a.type < b.type ? -1 : 1))
}

export const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
