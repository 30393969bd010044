import type { EventRecord } from '../../src/event/record'
import { type StandardName, standardNames } from '../../src/event/record'
import { stampWith } from '../../src/ingest/steps/stamp'
import { commonOf } from '../../src/mapping/common'
import { standardNamed } from '../../src/standards'
import { typesInForce } from '../../src/standards/native/types/in-force'
import { finish } from '../../src/syntax/steps'
import { caliperContext } from '../../tools/samples/events'

/*
 * One table: documents of a standard, and the rows that a named query has for them. Each case is a day
 * of its own, and nothing else is on it.
 */

export interface Case {
  says: string
  query: string
  /** Documents by standard, as they are sent. */
  sent: Partial<Record<StandardName, Record<string, unknown>[]>>
  rows: unknown[][]
}

const site = 'https://lms.northfield.example'
const tenant = 'default'
const course = `${site}/courses/biology`
const quiz = `${site}/quizzes/cells`
const clip = `${site}/clips/mitosis`
const page = `${site}/pages/1`
const ADL = 'http://adlnet.gov/expapi'
const VIDEO = 'https://w3id.org/xapi/video'
const registration = 'ec531277-b57b-4c15-8d91-d292c5b2b8f7'

let made = 0
function id(): string {
  made += 1
  return `5a1e0000-0000-4000-8000-${String(made).padStart(12, '0')}`
}

const at = (minute: number) => `2026-09-01T09:${String(minute).padStart(2, '0')}:00.000Z`

/** A Caliper event and a statement by `who`, whose addresses both standards know. */
const event = (who: string, minute: number, more: Record<string, unknown>) => ({
  '@context': caliperContext,
  id: `urn:uuid:${id()}`,
  actor: { id: `mailto:${who}@northfield.example`, type: 'Person' },
  group: { id: course, type: 'CourseSection' },
  eventTime: at(minute),
  ...more,
})

const statement = (who: string, minute: number, verb: string, more: Record<string, unknown>) => ({
  id: id(),
  actor: { mbox: `mailto:${who}@northfield.example` },
  verb: { id: verb.includes(':') ? verb : `${ADL}/verbs/${verb}` },
  timestamp: at(minute),
  context: {
    registration,
    contextActivities: {
      grouping: [{ id: course, definition: { type: `${ADL}/activities/course` } }],
    },
  },
  ...more,
})

const activity = (iri: string, type: string, name: string) => ({
  id: iri,
  definition: { type: type.includes(':') ? type : `${ADL}/activities/${type}`, name: { en: name } },
})

const cells = activity(quiz, 'assessment', 'Cells')
const mitosis = activity(clip, `${VIDEO}/activity-type/video`, 'Mitosis')
const caliperCells = { id: quiz, type: 'Assessment', name: 'Cells' }
const attempt = (who: string) => ({
  id: `${site}/attempts/${who}`,
  type: 'Attempt',
  assignee: `mailto:${who}@northfield.example`,
  assignable: quiz,
})

const views = {
  caliper: [
    event('ada', 1, {
      type: 'ViewEvent',
      action: 'Viewed',
      object: { id: page, type: 'Page', name: 'One' },
    }),
  ],
  xapi: [
    statement('ben', 2, 'http://id.tincanapi.com/verb/viewed', {
      object: activity(page, 'http://activitystrea.ms/schema/1.0/page', 'One'),
    }),
    statement('ben', 3, 'experienced', {
      object: activity(page, 'http://activitystrea.ms/schema/1.0/page', 'One'),
    }),
  ],
}

const takes = {
  caliper: [
    event('ada', 10, {
      type: 'AssessmentEvent',
      action: 'Started',
      object: caliperCells,
      generated: attempt('ada'),
    }),
    event('ada', 20, {
      type: 'AssessmentEvent',
      action: 'Submitted',
      object: caliperCells,
      generated: attempt('ada'),
    }),
    event('ada', 30, {
      type: 'GradeEvent',
      action: 'Graded',
      object: attempt('ada'),
      generated: { id: `${site}/scores/ada`, type: 'Score', scoreGiven: 8, maxScore: 10 },
    }),
  ],
  xapi: [
    statement('ben', 10, 'initialized', { object: cells }),
    statement('ben', 20, 'scored', { object: cells, result: { score: { raw: 2, max: 10 } } }),
    statement('ben', 30, 'passed', {
      object: cells,
      result: { score: { raw: 6, max: 10 }, success: true, completion: true },
    }),
    statement('cyd', 11, 'initialized', { object: cells }),
  ],
}

/** A native event by `who`, whose type is the common word for what was done. */
const native = (who: string, minute: number, type: string, payload: unknown, more = {}) => ({
  event_type: type,
  timestamp: at(minute),
  user_id: `mailto:${who}@northfield.example`,
  session_id: `session-${who}`,
  context: { class_id: course },
  payload,
  ...more,
})

const nativeCells = { quiz_id: quiz, quiz_name: 'Cells' }
const nativeViews = [
  native('eva', 4, 'Viewed', { page_id: page, page_title: 'One' }),
  native('eva', 5, 'NavigatedTo', { page: page }),
]
const nativeTakes = [
  native('eva', 10, 'Started', nativeCells),
  native('eva', 15, 'Submitted', { ...nativeCells, question_id: 'q1', correct: true }),
  native('eva', 20, 'Submitted', nativeCells),
  native('eva', 30, 'Graded', { ...nativeCells, score: 9, max_score: 10 }),
  native('fay', 11, 'Started', { ...nativeCells, attempt_id: 'fay-1' }),
  native('fay', 31, 'Graded', { ...nativeCells, attempt_id: 'fay-2', score: 1, out_of: 2 }),
]

/** The same of the types that are registered, in the envelopes of the systems that they come from. */
const game = (who: string, minute: number, type: string, properties: unknown, more = {}) => ({
  event_type: type,
  timestamp: at(minute),
  user_id: who,
  session_id: `session-${who}`,
  organization_id: 'northfield',
  context: { class_id: course, assignment_id: 'scales', page_url: '/play' },
  properties,
  ...more,
})
const telemetry = (type: string, seq: number, more: Record<string, unknown>) => ({
  event_type: type,
  event_version: 1,
  client_ts: at(seq),
  seq,
  session_id: 'sitting-1',
  user_id: 'ada',
  source: 'web',
  ...more,
})
/** An event of a player in a page that does not know whose session it is. */
const inSitting = (type: string, seq: number, question_id: string | undefined, payload: object) =>
  telemetry(type, seq, { user_id: null, question_id, payload })
const quizzing = (type: string, minute: number, payload: unknown, more = {}) => ({
  event_type: type,
  timestamp: at(minute),
  source: 'quiz_engine',
  session_id: 'session-7',
  user_id: 'ben',
  payload,
  ...more,
})

const both = (sent: Record<string, Record<string, unknown>[]>) => sent
const watched = (segments: unknown) => ({
  object: mitosis,
  result: { extensions: { [`${VIDEO}/extensions/played-segments`]: segments } },
})

export const cases: Case[] = [
  {
    says: 'views of Caliper',
    query: 'most-viewed-resources',
    sent: { caliper: views.caliper },
    rows: [[tenant, page, 'Page', 'One', 1, 1, '2026-09-01 09:01:00']],
  },
  {
    says: 'views of xAPI',
    query: 'most-viewed-resources',
    sent: { xapi: views.xapi },
    rows: [[tenant, page, 'Page', 'One', 2, 1, '2026-09-01 09:03:00']],
  },
  {
    says: 'views of both, of one resource',
    query: 'most-viewed-resources',
    sent: both(views),
    rows: [[tenant, page, 'Page', 'One', 3, 2, '2026-09-01 09:03:00']],
  },
  {
    says: 'attempts and grades of Caliper',
    query: 'assessment-scores',
    sent: { caliper: takes.caliper },
    rows: [[tenant, quiz, 'Cells', 1, 1, 1, 1, 80, 80, 80]],
  },
  {
    says: 'attempts and scores of xAPI, the latest score of a registration',
    query: 'assessment-scores',
    sent: { xapi: takes.xapi },
    rows: [[tenant, quiz, 'Cells', 2, 2, 1, 1, 60, 60, 60]],
  },
  {
    says: 'attempts and scores of both, at one assessment',
    query: 'assessment-scores',
    sent: both(takes),
    rows: [[tenant, quiz, 'Cells', 3, 3, 2, 2, 60, 70, 80]],
  },
  {
    says: 'ways from a view to a submission, in each standard and from one to the other',
    query: 'course-funnel',
    sent: {
      caliper: [
        ...views.caliper, // ada
        ...takes.caliper,
        event('dora', 1, {
          type: 'ViewEvent',
          action: 'Viewed',
          object: { id: page, type: 'Page' },
        }),
      ],
      xapi: [
        ...views.xapi, // ben
        statement('ben', 10, 'initialized', { object: cells }),
        statement('ben', 20, 'completed', { object: cells }),
        statement('dora', 5, 'initialized', { object: cells }),
      ],
    },
    rows: [[tenant, course, 3, 3, 3, 2]],
  },
  {
    says: 'people of every standard on a day',
    query: 'activity-by-day',
    sent: {
      ...views,
      native: [{ event_type: 'Viewed', user_id: 'u-1', timestamp: at(1) }],
    },
    rows: [
      [tenant, '2026-09-01', course, 3, 2],
      [tenant, '2026-09-01', null, 1, 1],
    ],
  },
  {
    says: 'views of all three, of one resource',
    query: 'most-viewed-resources',
    sent: both({ ...views, native: nativeViews }),
    rows: [[tenant, page, 'Page', 'One', 5, 3, '2026-09-01 09:05:00']],
  },
  {
    says: 'attempts and scores of native events by session or attempt, and no single question',
    query: 'assessment-scores',
    sent: { native: nativeTakes },
    rows: [[tenant, quiz, 'Cells', 2, 3, 2, 2, 50, 70, 90]],
  },
  {
    says: 'attempts and scores of all three, at one assessment',
    query: 'assessment-scores',
    sent: both({ ...takes, native: nativeTakes }),
    rows: [[tenant, quiz, 'Cells', 5, 6, 4, 4, 50, 70, 90]],
  },
  {
    says: 'an assignment of native events, named in the context alone',
    query: 'assessment-scores',
    sent: {
      native: [
        native('eva', 1, 'Started', {}, { context: { assignment_id: 'essay' } }),
        native('eva', 2, 'Submitted', { percent: 75 }, { context: { assignment_id: 'essay' } }),
      ],
    },
    rows: [[tenant, 'essay', null, 1, 1, 1, 1, 75, 75, 75]],
  },
  {
    says: 'ways from a view to a submission of native events',
    query: 'course-funnel',
    sent: {
      native: [
        ...nativeViews,
        ...nativeTakes,
        native('gil', 1, 'Viewed', { page }),
        native('gil', 2, 'Started', { assignment_id: 'essay' }),
        native('hal', 3, 'Submitted', { assignment_id: 'essay' }),
      ],
    },
    rows: [[tenant, course, 4, 2, 2, 1]],
  },
  {
    says: 'time of native events, by the clock of the device where no other is told',
    query: 'time-on-task',
    sent: {
      native: [
        ...nativeViews,
        native('eva', 0, 'tapped', {}, { timestamp: null, client_ts: at(14) }),
      ],
    },
    rows: [[tenant, course, 'mailto:eva@northfield.example', 3, 1, 10]],
  },
  {
    says: 'a coarse time on the first day of its range',
    query: 'activity-by-day',
    sent: {
      native: [
        native('eva', 0, 'graduated', {}, { timestamp: '2026-06' }),
        native('fay', 0, 'graduated', {}, { timestamp: '2026-06-01' }),
        native('gil', 0, 'graduated', {}, { timestamp: '2026' }),
      ],
    },
    rows: [
      [tenant, '2026-01-01', course, 1, 1],
      [tenant, '2026-06-01', course, 2, 2],
    ],
  },
  {
    says: 'departures of native events from the model as of any standard',
    query: 'conformance-by-source',
    sent: {
      native: [
        native('eva', 1, 'tapped', {}, { event_version: 'v2' }),
        native('eva', 2, 'tapped', {}, { event_version: 'v2', seq: 'second' }),
      ],
    },
    rows: [[tenant, 'any', 'native', 'v2', 2, 1, 50]],
  },
  {
    says: 'assignments of a learning platform, by their registered types',
    query: 'assessment-scores',
    sent: {
      native: [
        game('ada', 1, 'user_login', { login_method: 'sso' }),
        game('ada', 2, 'assignment_started', { assignment_name: 'Scales' }),
        game('ada', 9, 'assignment_completed', { score: 90, max_score: 100 }),
        game('ben', 3, 'assignment_started', {}),
      ],
    },
    rows: [[tenant, 'scales', 'Scales', 2, 2, 1, 1, 90, 90, 90]],
  },
  {
    says: 'the way of a learning platform from a page to what was completed',
    query: 'course-funnel',
    sent: {
      native: [
        game('ada', 1, 'page_view', {}),
        game('ada', 2, 'assignment_started', {}),
        game('ada', 9, 'assignment_completed', { score: 90, max_score: 100 }),
        game('ben', 1, 'assignment_open', {}),
        game('cyd', 1, 'user_login', { login_method: 'sso' }),
      ],
    },
    rows: [[tenant, course, 3, 2, 1, 1]],
  },
  {
    says: 'test sessions of telemetry, by their registered types, and no question of them',
    query: 'assessment-scores',
    sent: {
      native: [
        telemetry('SESSION_CREATED', 0, { payload: { question_ids: ['q1'] } }),
        telemetry('QUESTION_VIEWED', 1, { question_id: 'q1', payload: { position: 0 } }),
        telemetry('ANSWER_SELECTED', 2, { question_id: 'q1', payload: { selected_index: 1 } }),
        telemetry('SESSION_SUBMITTED', 3, { payload: { score_correct: 3, score_total: 4 } }),
      ],
    },
    rows: [[tenant, 'sitting-1', null, 1, 1, 1, 1, 75, 75, 75]],
  },
  {
    says: 'sessions of tests, with what is missing by the numbers of their players',
    query: 'test-sessions',
    sent: {
      native: [
        // Their server says whose a session is, the page of a test need not.
        telemetry('SESSION_CREATED', 0, { seq: null, user_id: 'ada', source: 'api' }),
        inSitting('QUESTION_VIEWED', 1, 'q1', { position: 0 }),
        inSitting('ANSWER_SELECTED', 2, 'q1', { selected_index: 1 }),
        inSitting('ANSWER_CHANGED', 3, 'q1', { from_index: 1, to_index: 2 }),
        inSitting('NAVIGATE_NEXT', 4, undefined, { from_position: 0, to_position: 1 }),
        // The fifth and the sixth never arrived.
        inSitting('QUESTION_VIEWED', 7, 'q2', { position: 1 }),
        inSitting('MARK_FOR_REVIEW_TOGGLED', 8, 'q2', { position: 1, marked: true }),
        inSitting('PAUSE_BLUR', 9, undefined, { state: 'blur' }),
        telemetry('SESSION_SUBMITTED', 12, {
          ...{ seq: null, source: 'api', payload: { score_correct: 1, score_total: 2 } },
        }),
        telemetry('REVIEW_OPENED', 20, { seq: null, source: 'api' }),
        // One that is still going on, and a session of no test.
        { ...telemetry('QUESTION_VIEWED', 1, { question_id: 'q1' }), session_id: 'sitting-2' },
        { ...telemetry('page_view', 1, { payload: {} }), session_id: 'sitting-3' },
      ],
    },
    rows: [
      [
        ...[tenant, 'sitting-2', 'ada', '2026-09-01 09:01:00', 0, 1, 0, 0, 0, 0],
        ...[null, null, null, 1, 1, 0],
      ],
      [
        ...[tenant, 'sitting-1', 'ada', '2026-09-01 09:00:00', 12, 2, 1, 1, 1, 1],
        ...['submitted', 1, 2, 10, 9, 2],
      ],
    ],
  },
  {
    says: 'quizzes of a pipeline, by their registered types, and no answer of them',
    query: 'assessment-scores',
    sent: {
      native: [
        quizzing('quiz_started', 1, { quiz_id: 'math-101', quiz_name: 'Sums' }),
        quizzing('answer_submitted', 2, { quiz_id: 'math-101', question_id: 'q-1', score: 1 }),
        quizzing('quiz_completed', 3, { quiz_id: 'math-101', score: 17, max_score: 20 }),
        // One that names no quiz is not of the page on which it was sent.
        quizzing('quiz_completed', 4, { score: 1 }, { context: { page_url: '/quiz' } }),
      ],
    },
    rows: [[tenant, 'math-101', 'Sums', 1, 1, 1, 1, 85, 85, 85]],
  },
  {
    says: 'attempts, outcomes and scores of xAPI alone',
    query: 'attempts-by-activity',
    sent: both(takes),
    rows: [[tenant, quiz, 'Assessment', 'Cells', 2, 2, 1, 1, 0, 1, 60, 60, 60]],
  },
  {
    says: 'verbs of statements, with the action that stands for each',
    query: 'verbs-by-course',
    sent: {
      caliper: views.caliper,
      xapi: [
        ...takes.xapi,
        statement('ada', 1, 'https://example.edu/verbs/juggled', { object: cells }),
      ],
    },
    rows: [
      [tenant, course, `${ADL}/verbs/initialized`, 'Started', 2, 2, 1],
      [tenant, course, `${ADL}/verbs/passed`, 'Graded', 1, 1, 1],
      [tenant, course, `${ADL}/verbs/scored`, 'Graded', 1, 1, 1],
      [tenant, course, 'https://example.edu/verbs/juggled', null, 1, 1, 1],
    ],
  },
  {
    says: 'half minutes of a video, each person once, and nothing of what is no segment',
    query: 'video-segments',
    sent: {
      xapi: [
        statement('ada', 1, `${VIDEO}/verbs/paused`, watched('0[.]12.5')),
        statement('ada', 2, 'terminated', watched('0[.]12.5[,]40[.]65')),
        statement('ben', 1, `${VIDEO}/verbs/paused`, watched('29.5[.]30')),
        statement('cyd', 1, `${VIDEO}/verbs/paused`, watched('0[.]')),
        statement('cyd', 2, `${VIDEO}/verbs/paused`, watched({ from: 0 })),
        statement('cyd', 3, `${VIDEO}/verbs/played`, { object: mitosis }),
      ],
    },
    rows: [
      [tenant, clip, 'Mitosis', 0, 2],
      [tenant, clip, 'Mitosis', 30, 1],
      [tenant, clip, 'Mitosis', 60, 1],
    ],
  },
]

/** The day on which the documents of a case arrived. */
export const dayOf = (place: number) => `2026-09-${String(place + 1).padStart(2, '0')}`

/** Reads and stamps what was sent in all cases, as the pipeline does. */
export async function recordsOfCases(): Promise<EventRecord[]> {
  const records: EventRecord[] = []
  const types = typesInForce({ tenantId: tenant, own: [], order: [], unknownTypes: 'accept' })
  for (const [place, { sent }] of cases.entries()) {
    const receivedAt = `${dayOf(place)}T12:00:00.000Z`
    const origin = { tenantId: tenant, sourceId: 'any', receivedAt, server: { requestId: 'r' } }
    const stamp = stampWith({ ...origin, terms: { days: 30 }, commonOf })
    for (const name of standardNames) {
      const { readItem } = await standardNamed(name)!.load()
      for (const [index, document] of (sent[name] ?? []).entries()) {
        const text = JSON.stringify(document)
        const { items } = finish(
          readItem(text, { context: { version: '1.0.3' }, receivedAt, types }),
        )
        for (const item of items) {
          if ('errors' in item) throw new Error(JSON.stringify(item.errors))
          // A document stands in several cases, and an event is stored once a day in all of them.
          records.push({ ...stamp(item.event), eventId: `${place} ${name} ${index}` })
        }
      }
    }
  }
  return records
}
