/**
 * A small term, written so that every number the named queries give can be counted by hand: two
 * courses, three learners and who teaches them. One line is one event: when, who, what, on what.
 */

export const site = 'https://lms.northfield.example'

export interface Delivery {
  source: 'lms' | 'reader'
  /** When the sender sent it, and when it arrived here. */
  sendTime?: string
  receivedAt: string
  events: Record<string, unknown>[]
}

const context = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
let made = 0

function caliper(
  eventTime: string,
  [type, action]: [type: string, action: string],
  { who, course, ...more }: Record<string, unknown> & { who: string; course: string },
) {
  made += 1
  const section = `${site}/sections/${course}`
  const actor = `${site}/users/${who}`
  return {
    '@context': context,
    id: `urn:uuid:5a1e0000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    type,
    action,
    eventTime,
    actor: { id: actor, type: 'Person' },
    group: { id: section, type: 'CourseSection' },
    membership: {
      id: `${section}/members/${who}`,
      type: 'Membership',
      member: actor,
      organization: section,
      roles: [who === 'ivy' ? 'Instructor' : 'Learner'],
      status: 'Active',
    },
    ...more,
  }
}

type Maker = (time: string, who: string, course: string, what: string) => Record<string, unknown>

const views: Maker = (time, who, course, page) =>
  caliper(time, ['ViewEvent', 'Viewed'], {
    who,
    course,
    object: { id: `${site}/pages/${page}`, type: 'Page', name: `Page ${page}` },
  })

const quiz = { id: `${site}/quizzes/cells`, type: 'Assessment', name: 'Cells' }

const attempt = (id: string, who: string) => ({
  id: `${site}/attempts/${id}`,
  type: 'Attempt',
  assignee: `${site}/users/${who}`,
  assignable: quiz.id,
  count: 1,
})

const assesses =
  (action: string): Maker =>
  (time, who, course, id) =>
    caliper(time, ['AssessmentEvent', action], {
      who,
      course,
      object: quiz,
      generated: attempt(id, who),
    })
const starts = assesses('Started')
const submits = assesses('Submitted')

function grades(time: string, of: string, id: string, scoreGiven: number) {
  return caliper(time, ['GradeEvent', 'Graded'], {
    who: 'ivy',
    course: 'biology',
    object: attempt(id, of),
    generated: {
      id: `${site}/scores/${id}/${scoreGiven}`,
      type: 'Score',
      attempt: `${site}/attempts/${id}`,
      maxScore: 10,
      scoreGiven,
    },
  })
}

/** A ViewEvent has no such action: this departs from the standard, and is kept all the same. */
const searches: Maker = (time, who, course, page) => ({
  ...views(time, who, course, page),
  action: 'Searched',
})

/** In the order in which they arrive. Days of arrival: 2, 3 and 12 November 2026. */
export const term: Delivery[] = [
  {
    source: 'lms',
    sendTime: '2026-11-02T10:00:59.000Z',
    receivedAt: '2026-11-02T10:01:00.000Z', // 1 s
    events: [
      views('2026-11-02T09:00:00.000Z', 'ada', 'biology', '1'),
      views('2026-11-02T09:10:00.000Z', 'ada', 'biology', '2'),
      starts('2026-11-02T09:20:00.000Z', 'ada', 'biology', 'a1'),
      submits('2026-11-02T09:50:00.000Z', 'ada', 'biology', 'a1'),
      views('2026-11-02T09:05:00.000Z', 'ben', 'biology', '1'),
      views('2026-11-02T10:00:00.000Z', 'ben', 'biology', '1'),
    ],
  },
  {
    source: 'lms',
    sendTime: '2026-11-02T10:30:00.000Z',
    receivedAt: '2026-11-02T10:30:02.000Z', // 2 s
    events: [grades('2026-11-02T10:29:00.000Z', 'ada', 'a1', 8)],
  },
  {
    source: 'lms',
    sendTime: '2026-11-03T12:00:00.000Z',
    receivedAt: '2026-11-03T12:01:00.000Z', // 60 s
    events: [
      starts('2026-11-03T09:00:00.000Z', 'ben', 'biology', 'a2'),
      submits('2026-11-03T09:20:00.000Z', 'ben', 'biology', 'a2'),
      grades('2026-11-03T11:00:00.000Z', 'ben', 'a2', 4),
      grades('2026-11-03T11:30:00.000Z', 'ben', 'a2', 6),
      starts('2026-11-03T09:00:00.000Z', 'cyd', 'biology', 'a3'),
    ],
  },
  {
    source: 'lms',
    sendTime: '2026-11-03T16:00:00.000Z',
    receivedAt: '2026-11-03T16:00:01.000Z', // 1 s
    events: [
      views('2026-11-03T14:00:00.000Z', 'ada', 'biology', '1'),
      views('2026-11-03T15:00:00.000Z', 'ada', 'history', '3'),
      searches('2026-11-03T15:10:00.000Z', 'ada', 'history', '3'),
      // What the page is, not something that happened.
      { '@context': context, id: `${site}/pages/3`, type: 'Page', name: 'Page 3' },
    ],
  },
  {
    source: 'lms',
    sendTime: '2026-11-12T10:00:01.000Z',
    receivedAt: '2026-11-12T10:00:02.000Z', // 1 s
    events: [views('2026-11-12T10:00:00.000Z', 'ben', 'biology', '2')],
  },
  {
    source: 'reader',
    receivedAt: '2026-11-12T11:00:00.000Z', // native events say nothing of when they were sent
    events: [
      { event_type: 'page_turned', user_id: 'u-7', timestamp: '2026-11-10T08:00:00.000Z' }, // late
      { event_type: 'page_turned', user_id: 'u-7', timestamp: '2026-11-12T10:59:00.000Z' },
      { event_type: 'page_turned', user_id: 'u-7', timestamp: '2026-11-12T10:59:30.000Z' },
    ],
  },
]
