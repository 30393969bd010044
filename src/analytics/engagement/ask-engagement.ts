import { AppError } from '../../error/app-error'
import type { Viewer } from '../../identity/viewer'
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

interface Activity {
  events: number
  /** Sessions that have an id. */
  sessions: number
  /** Runs of events without a longer pause than the gap. */
  sittings: number
  activeMinutes: number
  /** Days, in the zone, from the last event to the last day of the span. */
  daysSinceLastSeen: number
}

export interface CourseEngagement extends Activity {
  course: string
  people: number
  medianActiveMinutes?: number | undefined
  /** People who were active on two days or more, and their share. Absent where these would be few. */
  returned?: number | undefined
  returnRate?: number | undefined
}

export interface LearnerEngagement extends Activity {
  learner: string
  course?: string | undefined
  name?: string | undefined
  activeDays: number
  firstSeen: string
  lastSeen: string
}

export type EngagementAnswer = Answered & { rows: (CourseEngagement | LearnerEngagement)[] }

/**
 * Tells how much people work, and who stays away.
 * @throws {AppError} `forbidden` to whoever does not see people and asks for them; as `spanOf` and `askAs`
 */
export async function askEngagement(
  needs: AskNeeds,
  viewer: Viewer,
  asked: EngagementQuestion,
  signal?: AbortSignal,
): Promise<EngagementAnswer> {
  const { groupBy, limit, inactiveFor } = asked
  const { seesPeople } = viewer
  if (!seesPeople && (groupBy !== 'course' || asked.learner !== undefined)) {
    throw new AppError('forbidden', 'This key sees no single people: ask with groupBy=course.')
  }
  const { span, where } = begin(asked, needs.clock.now())
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

function activityOf(row: Row, span: Span): Activity {
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
