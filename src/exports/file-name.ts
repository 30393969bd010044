import { dayAt } from '../query/zone'
import { formats } from './formats/format'
import type { Asked } from './select'

/**
 * Names a file by the days that were asked for and by when that was, in the zone of whoever asked:
 * `events_2026-11-01_2026-11-30_asked-2026-12-01T0805.csv.gz`.
 */
export function fileNameOf(
  {
    from,
    to,
    timezone,
    format,
    learner,
  }: Pick<Asked, 'from' | 'to' | 'timezone' | 'format' | 'learner'>,
  at: Date,
): string {
  const day = (bound: string) => (DAY.test(bound) ? bound : dayAt(Date.parse(bound), timezone))
  const days = [from && day(from), to && day(to)]
  const range = from || to ? `_${days[0] ?? 'first'}_${days[1] ?? 'latest'}` : ''
  const what = learner === undefined ? 'events' : 'learner'
  return `${what}${range}_asked-${wallTime(at, timezone)}.${formats[format].ending}`
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Writes when it is in a zone, to the minute, as file systems take it. */
function wallTime(at: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ hour: '2-digit', minute: '2-digit' },
  })
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${dayAt(at.getTime(), timeZone)}T${parts.hour}${parts.minute}`
}
