import type { EventRecord } from '../../src/event/record'
import type { Narrowing } from '../../src/query/narrowing'
import { aRecord } from '../support/records'

/*
 * One table: records in the shape in which real senders cause them, and the rows that a named query has
 * for them, counted by hand. Each case is a day of its own in August, and nothing else is on it.
 */

export interface Shape {
  says: string
  query: string
  records: Partial<EventRecord>[]
  narrowing?: Narrowing
  rows: unknown[][]
}

const tenant = 'default'
const DAY = '2026-08-01'
const at = (time: string, day = DAY) => `${day}T${time}:00.000Z`
const ahead = { eventTime: '2027-08-01T09:00:00.000Z', occurredAt: at('12:00') }

type Change = Partial<EventRecord>

/** Something that `who` did in biology at a time of the day. */
const did = (who: string, time: string, more: Change = {}): Change => ({
  actorId: who,
  courseId: 'biology',
  groupId: 'biology',
  objectId: 'page',
  eventTime: at(time),
  occurredAt: at(time),
  ...more,
})

const before = { courseId: undefined }
const software = { actorType: 'SoftwareApplication' }
const learner = { membershipRoles: ['Learner'] }
const teacher = { membershipRoles: ['Instructor'] }

/** An Attempt is the object, and nothing is generated (Canvas). */
const submitted = (who: string, time: string, attempt: string, more: Change = {}) =>
  did(who, time, {
    type: 'AssessmentEvent',
    action: 'Submitted',
    objectId: attempt,
    objectType: 'Attempt',
    attemptId: attempt,
    assignableId: 'quiz',
    ...more,
  })

const graded = (time: string, attempt: string, [score, maxScore]: number[], more: Change = {}) =>
  did('teacher', time, {
    type: 'GradeEvent',
    action: 'Graded',
    objectId: attempt,
    objectType: 'Attempt',
    attemptId: attempt,
    assignableId: 'quiz',
    generatedType: 'Score',
    score,
    maxScore,
    ...teacher,
    ...more,
  })

const assignee = (value: string) => ({ raw: `{"object":{"type":"Attempt","assignee":${value}}}` })

/** One that names no attempt (Open edX, from the browser). */
const loose = (who: string, time: string, action: string, more: Change = {}) =>
  did(who, time, {
    type: 'AssessmentEvent',
    action,
    objectId: 'quiz',
    objectType: 'Assessment',
    objectName: 'Quiz',
    assignableId: 'quiz',
    ...more,
  })

const item = { objectId: 'question', objectType: 'AssessmentItem', type: 'AssessmentItemEvent' }
const week = (day: number, more: Change = {}) => ({
  eventTime: at('09:00', `2026-08-${String(day).padStart(2, '0')}`),
  occurredAt: at('09:00', `2026-08-${String(day).padStart(2, '0')}`),
  ...more,
})

// A newest event of the 20th, and learners who were last seen on the 1st.
const newest = did('ben', '09:00', week(20))
const late = { receivedAt: '2026-08-21T09:00:00.000Z' }

export const shapes: Shape[] = [
  {
    says: 'what is dated a year ahead on the day on which it arrived',
    query: 'activity-by-day',
    records: [did('ada', '09:00'), did('ada', '09:10', ahead)],
    rows: [[tenant, DAY, 'biology', 2, 1]],
  },
  {
    says: 'nobody as inactive because of one event that is dated a year ahead',
    query: 'inactive-learners',
    records: [did('ada', '09:00'), did('ben', '09:10', ahead)],
    rows: [],
  },
  {
    says: 'no time between what happened and what is dated a year ahead',
    query: 'time-on-task',
    records: [did('ada', '11:50'), did('ada', '11:55', ahead)],
    rows: [[tenant, 'biology', 'ada', 2, 1, 10]],
  },
  {
    says: 'records of a team under the course above it',
    query: 'activity-by-day',
    records: [did('ada', '09:00'), did('ben', '09:00', { groupId: 'team' })],
    rows: [[tenant, DAY, 'biology', 2, 2]],
  },
  {
    says: 'records from before courses under their group',
    query: 'time-on-task',
    records: [did('ada', '09:00', before), did('ada', '09:10')],
    rows: [[tenant, 'biology', 'ada', 2, 1, 10]],
  },
  {
    says: 'software as no person, and what it did as done',
    query: 'activity-by-day',
    records: [did('ada', '09:00'), did('app', '09:00', software)],
    rows: [[tenant, DAY, 'biology', 2, 1]],
  },
  {
    says: 'software as no person, known by being the application in use or by a former type',
    query: 'daily-active-people',
    records: [
      did('ada', '09:00', { edAppId: 'app' }),
      did('app', '09:00', { actorType: undefined, edAppId: 'app' }),
      did('old', '09:00', { actorType: 'https://vendor.example/v1/SoftwareAgent' }),
      did('team', '09:00', { actorType: 'Group' }),
    ],
    rows: [[tenant, DAY, 1, 1, 1]],
  },
  {
    says: 'no time of software',
    query: 'time-on-task',
    records: [did('app', '09:00', software), did('app', '09:10', software)],
    rows: [],
  },
  {
    says: 'no software among those who viewed',
    query: 'most-viewed-resources',
    records: [did('ada', '09:00', { objectName: 'One' }), did('app', '09:10', software)],
    rows: [[tenant, 'page', 'Page', 'One', 2, 1, '2026-08-01 09:10:00']],
  },
  {
    says: 'no software in a course',
    query: 'course-funnel',
    records: [did('ada', '09:00'), did('app', '09:10', software)],
    rows: [[tenant, 'biology', 1, 1, 0, 0]],
  },
  {
    says: 'neither software nor who teaches, be it in another event, but learners of any kind',
    query: 'inactive-learners',
    records: [
      newest,
      did('ada', '09:00', learner),
      did('cyd', '09:00', { membershipRoles: ['Learner', 'Learner#GuestLearner', 'Member'] }),
      did('app', '09:00', software),
      did('ivy', '09:00'),
      did('ivy', '09:00', { ...week(2), ...teacher }),
      did('tom', '09:00', { membershipRoles: ['Learner', 'Instructor#TeachingAssistant'] }),
    ].map((one) => ({ ...one, ...late })),
    rows: [
      [tenant, 'biology', 'ada', null, 1, DAY, 19],
      [tenant, 'biology', 'cyd', null, 1, DAY, 19],
    ],
  },
  {
    says: 'the roles of a membership as those of its member',
    query: 'inactive-learners',
    records: [
      newest,
      did('ada', '09:00', { ...teacher, memberId: 'ivy' }), // roles of somebody else
      did('ivy', '09:00'),
      did('app', '09:00', { ...software, ...learner, memberId: 'dan' }),
    ].map((one) => ({ ...one, ...late })),
    rows: [[tenant, 'biology', 'ada', null, 1, DAY, 19]],
  },
  {
    says: 'attempts that are the object, and grades by who teaches',
    query: 'assessment-scores',
    records: [
      submitted('ada', '09:00', 'a', { objectName: 'Quiz' }),
      submitted('ben', '09:05', 'b'),
      graded('10:00', 'a', [4, 10]),
      graded('10:05', 'a', [8, 10]),
    ],
    rows: [[tenant, 'quiz', 'Quiz', 2, 2, 2, 1, 80, 80, 80]],
  },
  {
    says: 'attempts at assignments, and one of which only the grade is known',
    query: 'assessment-scores',
    records: [
      submitted('ada', '09:00', 'a', { type: 'AssignableEvent' }),
      graded('10:00', 'a', [4, 10], { raw: '{}' }),
      graded('10:00', 'b', [6, 10], assignee('{"type":"Person","id":"https:\\/\\/lms\\/ben"}')),
      graded('10:05', 'c', [9, 10], assignee('"cyd"')),
    ],
    rows: [[tenant, 'quiz', null, 3, 3, 1, 3, 40, 63.3, 90]],
  },
  {
    says: 'a submission without an attempt as that of the attempt which was graded',
    query: 'assessment-scores',
    records: [
      loose('ada', '09:00', 'Submitted'),
      graded('09:00', 'quiz/ada/1', [0, 1], { actorId: 'ada', membershipRoles: undefined }),
      graded('09:20', 'quiz/ada/2', [1, 1], { actorId: 'ada', membershipRoles: undefined }),
      loose('ben', '09:00', 'Started'),
    ],
    rows: [[tenant, 'quiz', 'Quiz', 2, 3, 2, 2, 0, 50, 100]],
  },
  {
    says: 'attempts of 1.0, whose Result is the grade, by themselves or by software',
    query: 'assessment-scores',
    records: [
      loose('ada', '09:00', 'Submitted', { generatedId: 'a', generatedType: 'Attempt' }),
      graded('10:00', 'a', [7, 10], {
        type: 'OutcomeEvent',
        ...software,
        memberId: 'ada',
        ...learner,
      }),
      graded('10:00', 'b', [5, 10], {
        type: 'OutcomeEvent',
        ...software,
        memberId: 'ben',
        ...learner,
      }),
    ],
    rows: [[tenant, 'quiz', 'Quiz', 2, 2, 1, 2, 50, 60, 70]],
  },
  {
    says: 'attempts and grades from before there were attempt_id and assignable_id',
    query: 'assessment-scores',
    records: [
      loose('ada', '09:00', 'Submitted', { generatedId: 'a', assignableId: undefined }),
      graded('10:00', 'a', [7, 10], { attemptId: undefined, assignableId: undefined }),
    ],
    rows: [[tenant, 'quiz', 'Quiz', 1, 1, 1, 1, 70, 70, 70]],
  },
  {
    says: 'no single question as an assessment, and no maximum of 0',
    query: 'assessment-scores',
    records: [
      did('ada', '09:00', item),
      graded('10:00', 'q', [1, 1], { assignableId: 'question' }),
      submitted('ada', '09:00', 'a'),
      graded('10:00', 'a', [3, 0]),
    ],
    rows: [[tenant, 'quiz', null, 1, 1, 1, 0, null, null, null]],
  },
  {
    says: 'blank nodes as no names of attempts',
    query: 'assessment-scores',
    records: [submitted('ada', '09:00', '_:attempt'), submitted('ben', '09:00', '_:attempt')],
    rows: [[tenant, 'quiz', null, 2, 2, 2, 0, null, null, null]],
  },
  {
    says: 'the attempts of one person with the grades that another gave',
    query: 'assessment-scores',
    narrowing: { person: 'ada', course: 'biology' },
    records: [
      submitted('ada', '09:00', 'a'),
      submitted('ben', '09:05', 'b'),
      graded('10:00', 'a', [8, 10], { courseId: undefined, groupId: undefined }),
      submitted('ada', '09:00', 'h', { courseId: 'history', assignableId: 'essay' }),
    ],
    rows: [[tenant, 'quiz', null, 1, 1, 1, 1, 80, 80, 80]],
  },
  {
    says: 'a submission as a start where no start is sent',
    query: 'course-funnel',
    records: [
      did('ada', '09:00'),
      submitted('ada', '09:10', 'a'),
      did('ben', '09:00'),
      submitted('ben', '09:10', 'b', { type: 'AssignableEvent' }),
      submitted('cyd', '09:10', 'c'), // has viewed nothing
    ],
    rows: [[tenant, 'biology', 3, 2, 2, 2]],
  },
  {
    says: 'a start before the first view as none after it',
    query: 'course-funnel',
    records: [
      loose('ada', '08:50', 'Started'),
      did('ada', '09:00'),
      loose('ada', '09:10', 'Submitted'),
    ],
    rows: [[tenant, 'biology', 1, 1, 0, 0]],
  },
  {
    says: 'days by the clocks of Berlin',
    query: 'activity-by-day',
    narrowing: { timezone: 'Europe/Berlin' },
    records: [did('ada', '09:00', { occurredAt: '2026-07-31T22:30:00.000Z' }), did('ben', '21:59')],
    rows: [[tenant, DAY, 'biology', 2, 2]],
  },
  {
    says: 'hours by the clocks of Kolkata',
    query: 'arrivals-by-hour',
    narrowing: { timezone: 'Asia/Kolkata', source: 'demo' },
    records: [did('ada', '09:00'), did('ada', '09:00', { sourceId: 'other' })],
    rows: [[tenant, 'demo', '2026-08-01 17:00:00', 1, 1, 0]], // 12:00 UTC is 17:30
  },
  {
    says: 'the lag of a source by days of Auckland',
    query: 'sender-lag',
    narrowing: { timezone: 'Pacific/Auckland' },
    records: [did('ada', '09:00', { skewMs: 1000 })],
    rows: [[tenant, 'demo', '2026-08-02', 1, 1, 1, 1, 1]],
  },
  {
    says: 'what happened on a day, whenever it arrived',
    query: 'activity-by-day',
    narrowing: { by: 'event', from: '2026-08-01', to: '2026-08-01' },
    records: [
      did('ada', '00:00', late),
      did('ben', '23:59', late),
      did('cyd', '09:00', { ...week(2), ...late }),
    ],
    rows: [[tenant, DAY, 'biology', 2, 2]],
  },
  {
    says: 'one course, one person and one source, whatever quotes they have',
    query: 'time-on-task',
    narrowing: { course: "o'biology", person: "o'ada' OR 1=1 --", source: 'lms' },
    records: [
      did("o'ada' OR 1=1 --", '09:00', { courseId: "o'biology", sourceId: 'lms' }),
      did("o'ada' OR 1=1 --", '09:00', { sourceId: 'lms' }),
      did("o'ada' OR 1=1 --", '09:05', { courseId: "o'biology" }),
      did('ben', '09:05', { courseId: "o'biology", sourceId: 'lms' }),
    ],
    rows: [[tenant, "o'biology", "o'ada' OR 1=1 --", 1, 1, 0]],
  },
  {
    says: 'one learner by the newest event of the course and the roles of everybody',
    query: 'inactive-learners',
    narrowing: { person: 'ada', source: 'demo' },
    records: [{ ...newest, sourceId: 'other' }, did('ada', '09:00'), did('cyd', '09:00')].map(
      (one) => ({ ...one, ...late }),
    ),
    rows: [[tenant, 'biology', 'ada', null, 1, DAY, 19]],
  },
]

/** Arrival is at noon of the day, unless a record says otherwise; each case has a tenant of its own. */
export function recordsOfShapes(): EventRecord[] {
  return shapes.flatMap(({ records }, place) =>
    records.map((one) => ({
      ...aRecord({ receivedAt: at('12:00'), ...one }),
      ...('actorType' in one ? {} : { actorType: 'Person' }),
      tenantId: tenantOf(place),
    })),
  )
}

const tenantOf = (place: number) => `shape-${place}`

/** Takes the rows of one case out of those of all, under the name of tenant that the table has. */
export function rowsOf(place: number, rows: unknown[][]): unknown[][] {
  return rows.filter(([of]) => of === tenantOf(place)).map(([, ...rest]) => [tenant, ...rest])
}
