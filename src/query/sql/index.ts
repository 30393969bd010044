import { activityByDay } from './activity-by-day'
import { arrivalsByHour } from './arrivals-by-hour'
import { assessmentScores } from './assessment-scores'
import { attemptsByActivity } from './attempts-by-activity'
import { conformanceBySource } from './conformance-by-source'
import { courseFunnel } from './course-funnel'
import { dailyActivePeople } from './daily-active-people'
import { departuresBySource } from './departures-by-source'
import { inactiveLearners } from './inactive-learners'
import { mostViewedResources } from './most-viewed-resources'
import type { NamedQuery } from './named-query'
import { senderLag } from './sender-lag'
import { testSessions } from './test-sessions'
import { timeOnTask } from './time-on-task'
import { verbsByCourse } from './verbs-by-course'
import { videoSegments } from './video-segments'

/** The questions that people ask of the lake, from learners to senders. */
export const namedQueries: readonly NamedQuery[] = [
  activityByDay,
  dailyActivePeople,
  timeOnTask,
  mostViewedResources,
  assessmentScores,
  courseFunnel,
  inactiveLearners,
  testSessions,
  attemptsByActivity,
  verbsByCourse,
  videoSegments,
  conformanceBySource,
  departuresBySource,
  senderLag,
  arrivalsByHour,
]
