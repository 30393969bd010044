import { site } from '../support/lake/term'

const biology = `${site}/sections/biology`
const history = `${site}/sections/history`
const [ada, ben, cyd, ivy] = ['ada', 'ben', 'cyd', 'ivy'].map((name) => `${site}/users/${name}`)
const [one, two, three] = ['1', '2', '3'].map((page) => `${site}/pages/${page}`)
const tenant = 'default'

/** What each named query gives for the term of `term.ts`, counted by hand, in its order. */
export const expected: Record<string, unknown[][]> = {
  'activity-by-day': [
    [tenant, '2026-11-02', biology, 7, 3],
    [tenant, '2026-11-03', biology, 6, 4],
    [tenant, '2026-11-03', history, 2, 1],
    [tenant, '2026-11-10', null, 1, 1],
    [tenant, '2026-11-12', biology, 1, 1],
    [tenant, '2026-11-12', null, 2, 1],
  ],
  'daily-active-people': [
    [tenant, '2026-11-02', 3, 3, 7],
    [tenant, '2026-11-03', 4, 1, 8], // cyd is new
    [tenant, '2026-11-10', 1, 1, 1],
    [tenant, '2026-11-12', 2, 0, 3],
  ],
  'time-on-task': [
    [tenant, biology, ada, 5, 2, 50], // 10 + 10 + 30, and a single view the day after
    [tenant, biology, ivy, 3, 2, 30], // exactly half an hour still counts
    [tenant, biology, ben, 5, 4, 20], // 55 minutes do not
    [tenant, biology, cyd, 1, 1, 0],
    [tenant, history, ada, 2, 1, 10],
  ],
  'most-viewed-resources': [
    [tenant, one, 'Page', 'Page 1', 4, 2, '2026-11-03 14:00:00'],
    [tenant, two, 'Page', 'Page 2', 2, 2, '2026-11-12 10:00:00'],
    [tenant, three, 'Page', 'Page 3', 1, 1, '2026-11-03 15:00:00'],
  ],
  // Three attempts of three people; 8 of 10, and 6 of 10 after 4 of 10.
  'assessment-scores': [[tenant, `${site}/quizzes/cells`, 'Cells', 3, 3, 2, 2, 60, 70, 80]],
  'course-funnel': [
    [tenant, biology, 4, 2, 2, 2], // cyd started without having viewed anything
    [tenant, history, 1, 1, 0, 0],
  ],
  // The course's newest event is ben's of the 12th; ivy, last seen on the 3rd, teaches.
  'inactive-learners': [
    [tenant, biology, ada, null, 5, '2026-11-03', 9],
    [tenant, biology, cyd, null, 1, '2026-11-03', 9],
  ],
  // The term has no session of a test and no statement; spanning.ts has.
  'test-sessions': [],
  'attempts-by-activity': [],
  'verbs-by-course': [],
  'video-segments': [],
  'conformance-by-source': [
    [tenant, 'lms', 'caliper', '1.2', 17, 16, 94.1],
    [tenant, 'reader', 'native', null, 3, 3, 100],
  ],
  'departures-by-source': [
    [tenant, 'reader', 'unknown_type', 3, '2026-11-12 11:00:00'],
    [tenant, 'lms', 'unsupported_action', 1, '2026-11-03 16:00:01'],
  ],
  'sender-lag': [
    [tenant, 'lms', '2026-11-02', 7, 1, 1, 2, 2], // six times 1 s, once 2 s
    [tenant, 'lms', '2026-11-03', 9, 1, 60, 60, 60], // four times 1 s, five times 60 s
    [tenant, 'lms', '2026-11-12', 1, 1, 1, 1, 1],
  ],
  'arrivals-by-hour': [
    [tenant, 'lms', '2026-11-02 10:00:00', 7, 2, 0],
    [tenant, 'lms', '2026-11-03 12:00:00', 5, 1, 0],
    [tenant, 'lms', '2026-11-03 16:00:00', 4, 1, 0],
    [tenant, 'lms', '2026-11-12 10:00:00', 1, 1, 0],
    [tenant, 'reader', '2026-11-12 11:00:00', 3, 1, 1],
  ],
}

/**
 * Rows of any engine, made comparable: whole numbers may come as text, times with more digits or
 * fewer and with a zone or none, and the last bits of a fraction depend on the order of adding.
 */
export function comparable(rows: unknown[][]): unknown[][] {
  return rows.map((row) => row.map(comparableValue))
}

const TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(?: UTC|Z)?$/

function comparableValue(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toFixed(6))
  if (typeof value !== 'string') return value
  if (/^-?\d+$/.test(value)) return Number(value)
  const [, day, time, fraction = ''] = TIME.exec(value) ?? []
  return day === undefined ? value : `${day} ${time}${fraction.replace(/\.?0+$/, '')}`
}
