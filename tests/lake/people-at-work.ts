import fc from 'fast-check'

/** An event as it is seen by the queries of people at work. */
export interface Seen {
  tenant_id: string
  course_id: string | null
  actor_id: string | null
  session_id: string | null
  object_id: string | null
  type: string
  action: string
  /** Minutes before or after the moment at which clocks in Berlin are put back. */
  minute: number
  sample_rate: number | null
}

export const usual: Omit<Seen, 'minute'> = {
  tenant_id: 'one',
  course_id: 'a',
  actor_id: 'p',
  session_id: null,
  object_id: null,
  type: 'ViewEvent',
  action: 'Viewed',
  sample_rate: null,
}

export const CLOCKS_BACK = Date.parse('2026-10-25T01:00:00.000Z')
export const MINUTE = 60_000
const PAUSE = 30

export const anySeen = fc.record({
  tenant_id: fc.constantFrom('one', 'two'),
  course_id: fc.constantFrom('a', 'b', null),
  actor_id: fc.constantFrom('p', 'q', null),
  session_id: fc.constantFrom('s', 't', null),
  object_id: fc.constantFrom('x', 'y', null),
  type: fc.constantFrom('AssessmentEvent', 'ViewEvent'),
  action: fc.constantFrom('Viewed', 'Started', 'Submitted', 'Paused'),
  // Pauses of thirty minutes and just beyond are frequent, and so are events at one moment.
  minute: fc.oneof(fc.constantFrom(0, 15, 30, 45, 60, 61), fc.integer({ min: -120, max: 240 })),
  sample_rate: fc.constant(null),
}) as fc.Arbitrary<Seen>

/** Puts the events of each person in order, course by course. */
export function byPerson(rows: readonly Seen[]): Map<string, Seen[]> {
  const counted = rows.filter(({ course_id, actor_id }) => course_id !== null && actor_id !== null)
  const inOrder = counted.toSorted((a, b) => a.minute - b.minute)
  return Map.groupBy(inOrder, (row) => [row.tenant_id, row.course_id, row.actor_id].join(' '))
}

/** Counts events, sittings and minutes. A session of a sample counts for as many as were sampled. */
export function minutesOf(events: readonly Seen[]) {
  const rates = Map.groupBy(events, ({ session_id }) => session_id)
  const weightOf = (id: string | null) =>
    1 / Math.max(...rates.get(id)!.map(({ sample_rate }) => sample_rate ?? 1))
  let [sittings, minutes] = [0, 0]
  for (const [place, { minute, session_id }] of events.entries()) {
    const pause = minute - (events[place - 1]?.minute ?? Number.NEGATIVE_INFINITY)
    if (pause <= PAUSE) minutes += pause * weightOf(session_id)
    else sittings += weightOf(session_id)
  }
  const all = events.reduce((sum, { sample_rate }) => sum + 1 / (sample_rate ?? 1), 0)
  return [Math.round(all), Math.round(sittings), Math.round(minutes * 10) / 10]
}

/** Tells whether somebody viewed, then started, then submitted. */
export function stepsOf(events: readonly Seen[]) {
  const isTaking = ({ type }: Seen) => type === 'AssessmentEvent'
  const isEnd = (event: Seen) => isTaking(event) && event.action === 'Submitted'
  const started = events.filter((event) => isTaking(event) && event.action === 'Started')
  const viewed = events.find(({ action }) => action === 'Viewed')
  const hasStarted = ({ object_id }: Seen) => started.some((one) => one.object_id === object_id)
  const begins = (event: Seen) => started.includes(event) || (isEnd(event) && !hasStarted(event))
  const start = viewed && events.find((one) => one.minute >= viewed.minute && begins(one))
  const end = start && events.find((one) => one.minute >= start.minute && isEnd(one))
  return [viewed, start, end].map((step) => (step === undefined ? 0 : 1))
}
