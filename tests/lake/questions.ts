import { assessmentsSql } from '../../src/analytics/assessments/assessments-sql'
import { itemsSql } from '../../src/analytics/assessments/items-sql'
import { engagementSql } from '../../src/analytics/engagement/engagement-sql'
import { lakeQuestion } from '../../src/analytics/metrics/from-lake'
import { questionOf } from '../../src/analytics/metrics/question'
import { funnelSql } from '../../src/analytics/paths/funnel-sql'
import { sequencesSql } from '../../src/analytics/paths/sequences-sql'
import type { EventRecord } from '../../src/event/record'
import { conditionOf, type Narrowing, sqlInstant } from '../../src/query/narrowing'
import { aRecord } from '../support/records'

/*
 * Events of June, and what the questions of people answer about them, counted by hand. DuckDB and Trino
 * are asked the same.
 */

const at = (day: number, minute: number, second = 0) =>
  new Date(Date.UTC(2026, 5, day, 9, minute, second)).toISOString()

function done(
  time: string,
  actorId: string | undefined,
  commonAction: string,
  more: Partial<EventRecord> = {},
): EventRecord {
  return aRecord({
    eventTime: time,
    occurredAt: time,
    receivedAt: time,
    actorId,
    commonAction,
    action: commonAction,
    ...more,
  })
}

const course = { courseId: 'botany' }

/** Paths and engagement: the course botany, in three days. */
const botany: EventRecord[] = [
  // Ann looks, begins and submits, in a session that has a name; the page knows nothing of her.
  done(at(1, 0), 'ann', 'Viewed', { ...course, sessionId: 's1' }),
  done(at(1, 5), undefined, 'Viewed', { ...course, sessionId: 's1' }),
  done(at(1, 10), 'ann', 'Started', { ...course, sessionId: 's1' }),
  done(at(1, 20), 'ann', 'Submitted', { ...course, sessionId: 's1' }),
  // Bob looks and begins, and again after 31 minutes, which are two sittings; he has no sessions.
  done(at(1, 0), 'bob', 'Viewed', course),
  done(at(1, 4), 'bob', 'Started', course),
  done(at(1, 35), 'bob', 'Viewed', course),
  done(at(3, 0), 'bob', 'Submitted', course),
  // Cat begins before she looks: at one time, the sender's counter says what came first.
  done(at(2, 0), 'cat', 'Viewed', { ...course, sessionId: 's2', sequence: 2 }),
  done(at(2, 0), 'cat', 'Started', { ...course, sessionId: 's2', sequence: 1 }),
  // Nobody knows whose session this is.
  done(at(2, 0), undefined, 'Viewed', { ...course, sessionId: 's3' }),
  // Who teaches is no learner; software is nobody.
  done(at(3, 0), 'tess', 'Viewed', {
    ...{ ...course, memberId: 'tess', membershipRoles: ['Instructor'] },
  }),
  done(at(3, 10), 'robot', 'Viewed', { ...course, actorType: 'SoftwareApplication' }),
]

const HOST = 'https://xapi.example'
const parent = JSON.stringify({
  context: { contextActivities: { parent: [{ objectType: 'Activity', id: `${HOST}/quiz` }] } },
})

/** Six people answer three questions: each row is of one, right (1) or wrong (0). */
const answers: [who: string, one: 0 | 1, two: 0 | 1, three: 0 | 1][] = [
  ['p1', 1, 1, 1],
  ['p2', 1, 1, 0],
  ['p3', 1, 0, 0],
  ['p4', 1, 1, 0],
  ['p5', 0, 0, 0],
  ['p6', 0, 1, 1],
]

const quiz: EventRecord[] = answers.flatMap(([who, ...results], n) =>
  results.map((result, item) =>
    done(at(10 + n, item), who, 'Completed', {
      ...{ standard: 'xapi', type: 'Statement', objectType: 'AssessmentItem', raw: parent },
      ...{ objectId: `${HOST}/q${item + 1}`, objectName: `Question ${item + 1}` },
      ...{ sessionId: `registration-${who}`, success: result === 1 },
      // Only of the first question is it said how long it took.
      ...(item === 0 && { durationMs: 10_000 * (n + 1) }),
    }),
  ),
)

/** A question of Caliper, whose grade comes from software and names the attempt alone. */
const graded: EventRecord[] = [
  done(at(20, 0), 'gil', 'Started', {
    ...{ type: 'AssessmentItemEvent', objectType: 'AssessmentItem', objectId: 'item-9' },
    ...{ attemptId: 'attempt-9', assignableId: 'item-9', sessionId: 's9' },
    raw: JSON.stringify({
      object: { id: 'item-9', isPartOf: { type: 'Assessment', id: 'test-9' } },
    }),
  }),
  done(at(20, 2), 'gil', 'LoggedOut', { type: 'SessionEvent', sessionId: 's9' }),
  // Of several grades the latest counts.
  ...[1, 3].map((score, n) =>
    done(at(20, 5 + n), 'grader', 'Graded', {
      ...{ type: 'GradeEvent', objectType: 'Attempt', objectId: 'attempt-9' },
      ...{ actorType: 'SoftwareApplication', attemptId: 'attempt-9', assignableId: 'item-9' },
      ...{ score, maxScore: 4 },
    }),
  ),
]

export const questionRecords = [...botany, ...quiz, ...graded]

interface Case {
  says: string
  sql: string
  /** The view has only these. */
  where: string
  /** Its SQL has been asked of Trino by another case, with other values. */
  isAgain?: true
  rows: unknown[][]
}

const june: Narrowing = { from: '2026-06-01', to: '2026-06-30', by: 'event' }
const inBotany = conditionOf({ ...june, course: 'botany' })!
const paths = { of: 'action', per: 'session', gap: 30, seesPeople: true } as const
const steps = ['Viewed', 'Started', 'Submitted']
const every = { gap: 30, limit: 100, order: 'id' } as const
const time = (day: number, minute: number) => at(day, minute).replace('T', ' ').slice(0, 19)

/** Metrics of the first three days of June; a key is an interval, in days or minutes since 1970. */
function metricsSql(more: Partial<Parameters<typeof questionOf>[0]>): string {
  const asked = { metric: 'events', top: 3, filters: { course: 'botany' }, ...more } as const
  const span = { from: '2026-06-01', to: '2026-06-04' }
  const question = questionOf({ ...span, ...asked }, new Date())
  return `${lakeQuestion(question, question.edges).sql} ORDER BY 1, 2`
}

export const questionCases: Case[] = [
  {
    says: 'events and people by day, in a zone of another day',
    sql: metricsSql({ interval: 'day', timeZone: 'Pacific/Auckland' }),
    where: inBotany,
    // Nine in the morning is nine in the evening there.
    rows: [
      [20605, null, 7, 2],
      [20606, null, 3, 1],
      [20607, null, 3, 2],
    ],
  },
  {
    says: 'people by the week, and by action, those with the most first',
    sql: metricsSql({ interval: 'week', metric: 'actors', groupBy: 'action', top: 1 }),
    where: inBotany,
    rows: [
      [0, 'Started', 3, 3],
      [0, 'Viewed', 8, 4],
    ],
  },
  {
    says: 'events by hours of a half-hour zone',
    sql: metricsSql({ interval: 'hour', timeZone: 'Asia/Kolkata' }),
    where: inBotany,
    rows: [
      [29671710, null, 6, 2],
      [29671770, null, 1, 1],
      [29673150, null, 3, 1],
      [29674590, null, 3, 2],
    ],
  },
  {
    says: 'sequences of two steps, a step that is repeated once',
    sql: sequencesSql({ ...paths, length: 2, collapses: true, limit: 10 }),
    where: inBotany,
    rows: [
      // s1, three sittings of Bob, s2, s3, and one of Tess.
      [0, null, null, null, 7, 5, null, null, null],
      [1, 'Viewed', 'Started', 2, 2, 2, 1, 1, 1],
      [1, 'Started', 'Submitted', 1, 1, 1, 1, 1, 0],
      [1, 'Started', 'Viewed', 1, 1, 1, 1, 1, 0],
    ],
  },
  {
    says: 'the most frequent sequence, and one row more than was asked for',
    isAgain: true,
    sql: sequencesSql({ ...paths, length: 2, collapses: false, limit: 1 }),
    where: inBotany,
    rows: [
      [0, null, null, null, 7, 5, null, null, null],
      [1, 'Viewed', 'Started', 2, 2, 2, 1, 1, 1],
      [1, 'Started', 'Submitted', 1, 1, 1, 1, 1, 0],
    ],
  },
  {
    says: 'a funnel in sessions',
    sql: funnelSql({ ...paths, steps }),
    where: inBotany,
    rows: [
      [0, 7, 5, 1, null], // Bob, who submits in a session of that alone
      [1, 6, 5, 4, null],
      [2, 2, 2, 1, 240_000], // 4 minutes of Bob, 10 of Ann
      [3, 1, 1, 1, 600_000],
    ],
  },
  {
    says: 'a funnel of people',
    sql: funnelSql({ ...paths, per: 'person', steps }),
    where: inBotany,
    rows: [
      [0, 5, 5, 0, null],
      [1, 5, 5, 3, null],
      [2, 2, 2, 0, 240_000],
      [3, 2, 2, 2, 600_000],
    ],
  },
  {
    says: 'the work in a course',
    sql: engagementSql({ ...every, groupBy: 'course' }),
    where: inBotany,
    rows: [
      // Ann 20 minutes, Bob 4, Cat none. Sittings: 1, 3 and 1.
      ['botany', 3, 9, 2, 5, 24, 4, 1, time(1, 0), time(3, 0)],
    ],
  },
  {
    says: 'the work of each learner there, whoever worked most first',
    sql: engagementSql({ ...every, groupBy: 'learner,course', order: 'activeMinutes' }),
    where: inBotany,
    rows: [
      ['botany', 'ann', null, 3, 1, 1, 20, 1, time(1, 0), time(1, 20)],
      ['botany', 'bob', null, 4, 0, 3, 4, 2, time(1, 0), time(3, 0)],
      ['botany', 'cat', null, 2, 1, 1, 0, 1, time(2, 0), time(2, 0)],
    ],
  },
  {
    says: 'who was not seen since a day',
    sql: engagementSql({
      ...{ ...every, groupBy: 'learner', order: 'lastSeen' },
      unseenBefore: sqlInstant(at(3, 0)),
    }),
    where: inBotany,
    rows: [
      ['ann', null, 3, 1, 1, 20, 1, time(1, 0), time(1, 20)],
      ['cat', null, 2, 1, 1, 0, 1, time(2, 0), time(2, 0)],
    ],
  },
  {
    says: 'items, by hand: docs/analytics.md has the second',
    sql: itemsSql({ narrowing: june, gap: 30, limit: 100 }),
    where: 'true',
    rows: [
      [`${HOST}/q1`, 'Question 1', `${HOST}/quiz`, 6, 6, 6, 6, 0.667, 0, 30, 35],
      [`${HOST}/q2`, 'Question 2', `${HOST}/quiz`, 6, 6, 6, 6, 0.667, 0.612, 60, 60],
      [`${HOST}/q3`, 'Question 3', `${HOST}/quiz`, 6, 6, 6, 6, 0.333, 0.158, null, null],
      ['item-9', null, 'test-9', 1, 1, 1, 1, 0.75, null, 120, 120],
    ],
  },
  {
    says: 'the items of one assessment, of one person',
    isAgain: true,
    sql: itemsSql({
      ...{ narrowing: { ...june, person: 'p6' }, assessment: `${HOST}/quiz` },
      ...{ gap: 30, limit: 1 },
    }),
    where: 'true',
    rows: [
      [`${HOST}/q1`, 'Question 1', `${HOST}/quiz`, 1, 1, 1, 1, 0, null, 60, 60],
      [`${HOST}/q2`, 'Question 2', `${HOST}/quiz`, 1, 1, 1, 1, 1, null, 60, 60],
    ],
  },
  {
    says: 'attempts at one assessment',
    isAgain: true,
    sql: assessmentsSql({ narrowing: june, assessment: 'item-9', limit: 10 }),
    where: 'true',
    rows: [],
  },
]
