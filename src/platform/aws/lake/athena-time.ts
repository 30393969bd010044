import { isoTime } from '../../shared/answer-values'

// Athena writes a time as `2026-11-21 09:30:00.000`, and its zone behind it by name or offset.
const TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?: (\S+))?$/
const OFFSET = /^([+-])(\d\d):(\d\d)$/

const MILLISECOND = 1_000_000n
const MINUTE_MS = 60_000

/**
 * Writes a time of Athena as ISO 8601, one with a zone in UTC.
 * @param zone what stands behind a time that has no zone
 * @returns the text as it is when it is no such time
 */
export function timeFrom(text: string, zone: 'Z' | ''): string {
  const [, day, time, fraction = '', named] = TIME.exec(text) ?? []
  if (day === undefined) return text
  const clock = Date.parse(`${day}T${time}Z`)
  const ms = named === undefined ? clock : clock - offsetAt(clock, named)
  if (Number.isNaN(ms)) return text
  const nanos = BigInt(ms) * MILLISECOND + BigInt(fraction.padEnd(9, '0'))
  return isoTime(nanos, named === undefined ? zone : 'Z') ?? text
}

/**
 * Computes how far a zone is ahead of UTC when its clocks show a time. Of an hour that they show
 * twice it is the first; NaN where there is no such zone.
 * @param clock what they show, in ms since 1970
 */
function offsetAt(clock: number, zone: string): number {
  const [, sign, hours, minutes] = OFFSET.exec(zone) ?? []
  if (sign !== undefined) {
    return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS
  }
  try {
    // Offsets change by some hours at most: those of a day before and after are all that it can be.
    const around = [-1, 1].map((days) => shownAt(clock + days * 24 * 60 * MINUTE_MS, zone))
    const fitting = around.find((offset) => shownAt(clock - offset, zone) === offset)
    return fitting ?? Number.NaN
  } catch {
    return Number.NaN
  }
}

/** Computes the offset of a zone at a moment. @throws {RangeError} where there is no such zone */
function shownAt(moment: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  const parts = format.formatToParts(moment).map(({ type, value }) => [type, Number(value)])
  const { year, month, day, hour, minute, second } = Object.fromEntries(parts)
  return Date.UTC(year, month - 1, day, hour, minute, second) - moment
}
