import { AppError } from '../../error/app-error'
import type { Viewer } from '../../identity/viewer'
import type { Rosters } from '../../rosters/rosters'
import type { Member } from '../../rosters/stored'
import { isDuring } from '../../rosters/term'
import {
  type Answered,
  type Asked,
  begin,
  countIn,
  cut,
  isSaid,
  numberIn,
  type Row,
  rowsFor,
  share,
  textIn,
} from '../answer'
import type { AskNeeds } from '../ask'
import { daysSince, type Span, unseenBefore } from '../span'
import { withoutFew } from '../suppress'
import { type EngagementAsked, engagementSql } from './engagement-sql'

export interface EngagementQuestion extends Asked, Omit<EngagementAsked, 'unseenBefore'> {
  /** Only learners who were not seen for so many days. */
  inactiveFor?: number | undefined
}

/** Finds who is enrolled in a group, by a roster; undefined for a group that is in none. */
export type GroupOf = Rosters['group']

interface Activity {
  events: number
  /** Sessions that have an id. */
  sessions: number
  /** Runs of events without a longer pause than the gap. */
  sittings: number
  activeMinutes: number
}

/** Days, in the zone, from the last event to the last day of the span. */
interface LastSeen {
  daysSinceLastSeen: number
}

export interface CourseEngagement extends Activity, LastSeen {
  course: string
  people: number
  medianActiveMinutes?: number | undefined
  /** People who were active on two days or more, and their share. Absent where these would be few. */
  returned?: number | undefined
  returnRate?: number | undefined
}

/** Times are absent of whoever is enrolled and was never seen in the span. */
export interface LearnerEngagement extends Activity, Partial<LastSeen> {
  learner: string
  course?: string | undefined
  name?: string | undefined
  activeDays: number
  firstSeen?: string | undefined
  lastSeen?: string | undefined
}

export type EngagementAnswer = Answered & { rows: (CourseEngagement | LearnerEngagement)[] }

/**
 * Tells how much people work, and who stays away.
 * @throws {AppError} `forbidden` to whoever does not see people and asks for them; as `spanOf` and `askAs`
 */
export async function askEngagement(
  needs: AskNeeds & { groupOf: GroupOf },
  viewer: Viewer,
  asked: EngagementQuestion,
  signal?: AbortSignal,
): Promise<EngagementAnswer> {
  const { groupBy, limit, inactiveFor } = asked
  const { seesPeople } = viewer
  if (!seesPeople && (groupBy !== 'course' || asked.learner !== undefined)) {
    throw new AppError('forbidden', 'This key sees no single people: ask with groupBy=course.')
  }
  if (groupBy === 'course' && inactiveFor !== undefined) throw ofLearners()
  const { span, where } = begin(asked, needs.clock.now())
  if (inactiveFor !== undefined && asked.course !== undefined && groupBy !== 'course') {
    const enrolled = await learnersOf(needs, viewer, asked.course)
    if (enrolled.length > 0)
      return askAbsent(needs, viewer, { ...asked, inactiveFor }, { enrolled, signal })
  }
  const since = inactiveFor === undefined ? undefined : unseenBefore(span, inactiveFor)
  const sql = engagementSql({ ...asked, unseenBefore: since })
  const { rows: all, ...covered } = await rowsFor(needs, viewer, {
    ...{ sql, where, span, rows: limit + 1, signal },
  })
  const { rows, truncated } = cut(all, limit)
  const about = { ...span, truncated, ...covered }
  if (groupBy !== 'course') return { rows: rows.map((row) => learnerOf(row, span)), ...about }
  const courses = rows.map((row) => courseOf(row, span))
  if (seesPeople) return { rows: courses, ...about }
  const shown = withoutFew(courses)
  return { rows: shown.rows.map(ofMany), suppressed: shown.suppressed, ...about }
}

// Nobody teaches as many at once, and a class of as many is asked about by its groups.
const MOST_IN_A_COURSE = 10_000

/** Finds the learners of a course by the roster, for whoever may see all of it. */
async function learnersOf(
  { groupOf, clock }: Pick<AskNeeds, 'clock'> & { groupOf: GroupOf },
  { tenantId, visibility }: Viewer,
  course: string,
): Promise<readonly Member[]> {
  const isWhole =
    visibility.kind === 'tenant' ||
    (visibility.kind === 'some' && visibility.groups.includes(course))
  const group = isWhole ? await groupOf(tenantId, course) : undefined
  const now = clock.now()
  return group?.members.filter((one) => one.role === 'student' && isDuring(one, now)) ?? []
}

function ofLearners(): AppError {
  const message = '`inactiveFor` is of learners: give `groupBy=learner` or `groupBy=learner,course`'
  const errors = [{ path: ['inactiveFor'], message, code: 'contradiction' }]
  return new AppError('invalid_request', message, { errors })
}

/** Tells who was not seen for some days, and, before them, who is enrolled and never was. */
async function askAbsent(
  needs: AskNeeds,
  viewer: Viewer,
  asked: EngagementQuestion & { inactiveFor: number },
  { enrolled, signal }: { enrolled: readonly Member[]; signal: AbortSignal | undefined },
): Promise<EngagementAnswer> {
  const { learner, course, limit, inactiveFor, groupBy } = asked
  // Whoever was seen lately has to be known as well, and by all of their ids.
  const { span, where } = begin({ ...asked, learner: undefined }, needs.clock.now())
  const sql = engagementSql({ ...asked, limit: MOST_IN_A_COURSE })
  const { rows, ...covered } = await rowsFor(needs, viewer, {
    ...{ sql, where, span, rows: MOST_IN_A_COURSE + 1, signal },
  })
  const seen = rows.map((row) => learnerOf(row, span))
  const known = new Set(seen.map((one) => one.learner))
  const never = enrolled
    .filter(({ ids }) => !ids.some((id) => known.has(id)))
    .map(({ ids }): LearnerEngagement => {
      const nothing = { events: 0, sessions: 0, sittings: 0, activeMinutes: 0, activeDays: 0 }
      return { learner: ids[0]!, ...(groupBy === 'learner,course' && { course }), ...nothing }
    })
  const away = seen.filter(({ daysSinceLastSeen: days = 0 }) => days >= inactiveFor)
  const all = [...never, ...away].filter((one) => learner === undefined || one.learner === learner)
  const shown = cut(all, limit)
  const truncated = shown.truncated || rows.length > MOST_IN_A_COURSE
  return { rows: shown.rows, ...span, truncated, ...covered }
}

function activityOf(row: Row, span: Span): Activity & LastSeen {
  return {
    events: countIn(row, 'events'),
    sessions: countIn(row, 'sessions'),
    sittings: countIn(row, 'sittings'),
    activeMinutes: countIn(row, 'minutes'),
    daysSinceLastSeen: daysSince(span, instantIn(row, 'last_seen')),
  }
}

function courseOf(row: Row, span: Span): CourseEngagement {
  const [people, returned] = [countIn(row, 'people'), countIn(row, 'returned')]
  return {
    ...{ course: textIn(row, 'course')!, people, returned },
    returnRate: share(returned, people),
    ...activityOf(row, span),
    medianActiveMinutes: numberIn(row, 'median_minutes'),
  }
}

function learnerOf(row: Row, span: Span): LearnerEngagement {
  return {
    learner: textIn(row, 'person_id')!,
    course: textIn(row, 'course'),
    name: textIn(row, 'name'),
    ...activityOf(row, span),
    activeDays: countIn(row, 'active_days'),
    firstSeen: instantIn(row, 'first_seen'),
    lastSeen: instantIn(row, 'last_seen'),
  }
}

/** Reads an instant: Athena's times of no zone are in UTC. */
function instantIn(row: Row, name: string): string {
  const text = String(row[name])
  return new Date(text.endsWith('Z') ? text : `${text}Z`).toISOString()
}

/** Whoever came back and whoever did not are all who came. */
function ofMany(row: CourseEngagement): CourseEngagement {
  const { returned = 0, returnRate, ...rest } = row
  return isSaid(row.people, returned) ? row : rest
}
