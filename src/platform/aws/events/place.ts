import type { EventRecord } from '../../../event/record'
import type { Clock } from '../../clock'

/**
 * A place says where a record stands in the order of answers: the sort key of every index. The
 * later event is the larger text; of equal times, the later arrival.
 */
export type Place = string

// Milliseconds since the year 0 to the end of the year 9999 have 10 digits to base 36, those since
// 1970 have 9 until the year 5188.
const YEAR_0 = Date.parse('0000-01-01T00:00:00.000Z')
const TIME_DIGITS = 10
const ARRIVAL_DIGITS = 9
// Three digits make 46,656 arrivals a millisecond, each with its own number.
const COUNT_DIGITS = 3
const COUNTS = 36 ** COUNT_DIGITS
// The id's hash gives 24 bits: for what arrived at two processes in one millisecond.
const KEY_CHARACTERS = 4

/** These two lie before every place, and behind. */
export const FIRST: Place = '0'
export const LAST: Place = '~'

/** Says where the events of a moment begin. @param time ISO 8601 UTC */
export function startOf(time: string): Place {
  return digits(Date.parse(time) - YEAR_0, TIME_DIGITS)
}

/** Reads when the event of a place was appended, in ms since 1970. */
export function arrivalIn(place: Place): number {
  return Number.parseInt(place.slice(TIME_DIGITS, TIME_DIGITS + ARRIVAL_DIGITS), 36)
}

/** Gives every record that is appended a place of its own, in the order of the calls. */
export function createPlaces(clock: Clock) {
  let ms = 0
  let count = 0

  return function placeOf({ eventTime }: Pick<EventRecord, 'eventTime'>, key: string): Place {
    const now = clock.now().getTime()
    count += 1
    // A clock that is set back, or a millisecond that is full, counts on from the last.
    if (now > ms || count === COUNTS) {
      ms = Math.max(now, ms + 1)
      count = 0
    }
    const arrival = digits(ms, ARRIVAL_DIGITS) + digits(count, COUNT_DIGITS)
    return startOf(eventTime) + arrival + key.slice(-KEY_CHARACTERS)
  }
}

function digits(value: number, length: number): string {
  return value.toString(36).padStart(length, '0')
}
