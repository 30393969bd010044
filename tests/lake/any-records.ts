import fc from 'fast-check'
import type { EventRecord } from '../../src/event/record'
import { aRecord } from '../support/records'

const few = <const Value>(...values: Value[]) => fc.constantFrom(...values)

// Few of each, so that people share courses, attempts and moments; with what sorts differently in
// careless engines: case, letters beyond ASCII and beyond 16 bits, nothing at all.
const actors = few('a', 'B', 'é', '🎓', 'gone', undefined)
const courses = few('one', 'Two', 'ß', undefined)
const objects = few('p1', 'p2', 'quiz', undefined)
const attempts = few('t1', 't2', 't3', undefined)

const ADL = 'http://adlnet.gov/expapi/verbs'
const seen =
  '{"result":{"extensions":{"https:\\/\\/w3id.org/xapi/video/extensions/played-segments":'

type Act = Pick<EventRecord, 'type'> & Partial<EventRecord>

const acts = fc.constantFrom<Act>(
  // Some as they were stored before there was a common action.
  { type: 'ViewEvent', action: 'Viewed' },
  { type: 'ViewEvent', action: 'Viewed', commonAction: 'Viewed' },
  ...(
    [
      ['AssessmentEvent', 'initialized', 'Started'],
      ['AssignableEvent', 'completed', 'Completed'],
      ['GradeEvent', 'scored', 'Graded'],
      ['ViewEvent', 'experienced', 'Viewed'],
      ['Event', 'juggled', undefined],
    ] as const
  ).map(([type, verb, commonAction]) => ({
    standard: 'xapi' as const,
    type,
    action: `${ADL}/${verb}`,
    commonAction,
    objectType: 'Assessment',
    raw: `${seen}"0[.]70.5[,]600[.]630[,]x[.]"}}}`,
  })),
  { type: 'NavigationEvent', action: 'NavigatedTo' },
  { type: 'AssessmentEvent', action: 'Started' },
  { type: 'AssessmentEvent', action: 'Submitted' },
  { type: 'GradeEvent', action: 'Graded' },
  { type: 'lesson_completed', action: undefined },
  // Sessions of tests; some events of them have no session.
  ...(
    [
      ['SESSION_CREATED', 'Started', 's1'],
      ['SESSION_CREATED', 'Started', 'S2'],
      ['SESSION_SUBMITTED', 'Submitted', 's1'],
      ['SESSION_EXPIRED', 'TimedOut', 'é'],
      ['QUESTION_VIEWED', 'Viewed', 's1'],
      ['QUESTION_VIEWED', 'Viewed', undefined],
      ['ANSWER_SELECTED', 'Submitted', 'S2'],
      ['PAUSE_BLUR', 'Paused', 'é'],
    ] as const
  ).map(([type, commonAction, sessionId]) => ({
    standard: 'native' as const,
    ...{ type, action: undefined, commonAction, sessionId },
    objectType: type.startsWith('SESSION') ? 'Assessment' : 'AssessmentItem',
  })),
)

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const FIRST_MS = Date.parse('2026-10-11T20:00:00.000Z')

/** Over three days, to the millisecond seldom, so that many are alike and many just half an hour apart. */
const moments = fc
  .tuple(fc.integer({ min: 0, max: 300 }), few(0, 0, 0, 1, -1, 999))
  .map(([steps, ms]) => FIRST_MS + steps * 15 * MINUTE_MS + ms)

const iso = (ms: number) => new Date(ms).toISOString()

/** Records as any sender may cause them, received from 1 to 17 October 2026. */
export const anyRecord: fc.Arbitrary<EventRecord> = fc
  .record({
    act: acts,
    actorId: actors,
    actorType: few('Person', 'Person', undefined, 'Agent', 'SoftwareApplication', 'Group'),
    edAppId: few(undefined, 'https://lms.example/app', 'B'),
    memberId: few(undefined, undefined, 'a', 'B', 'é'),
    groupId: courses,
    courseId: few('one', 'Two', undefined, undefined),
    objectId: objects,
    attempt: attempts,
    attemptId: few(undefined, 't1', 't2', '_:blank'),
    assignableId: few(undefined, 'quiz', 'p1'),
    assignee: few('', '', ',"assignee":"a"', ',"assignee": {"type":"Person","id":"https:\\/\\/é"}'),
    at: moments,
    aheadMs: few(0, 0, 0, 400 * DAY_MS),
    lagMs: few(0, 1, 999, 1500, 60_000, 1.1 * DAY_MS),
    skewMs: few(undefined, -2500, 0, 1, 1500, 60_000),
    score: few(undefined, 0, 1, 2, 7, -1),
    maxScore: few(undefined, 0, 3, 8),
    membershipRoles: few<string[] | undefined>(
      undefined,
      ['Learner'],
      ['Learner', 'Member'],
      ['Instructor'],
      ['Instructor', 'Learner'],
    ),
    issueCodes: few([], [], ['x'], ['x', 'Y', 'é']),
    kind: few('event', 'event', 'event', 'entity'),
    tenantId: few('default', 'other'),
    sourceId: few('lms', 'LMS'),
    sequence: few(undefined, 1, 2, 5, -1),
    standardVersion: few(undefined, '1.1', '1.2'),
    retentionClass: few('standard', 'pii'),
    sampleRate: few(undefined, undefined, 0.1, 0.3),
    requestId: few('r1', 'r2', 'r3'),
  })
  .map(({ act, at, lagMs, aheadMs, attempt, assignee, ...more }): EventRecord => {
    const { requestId, actorId, objectId, ...rest } = more
    const { membershipRoles, issueCodes } = rest
    const happenedMs = actorId === 'gone' ? at - 10 * DAY_MS : at
    return {
      ...aRecord({ receivedAt: iso(happenedMs + lagMs) }),
      ...rest,
      raw: `{"object":{"type":"Attempt"${assignee}}}`,
      ...act,
      actorId,
      objectId: act.type === 'GradeEvent' ? attempt : objectId,
      generatedId: act.type === 'AssessmentEvent' ? attempt : undefined,
      membershipRoles: membershipRoles && [...membershipRoles],
      issueCodes: [...issueCodes],
      conformant: issueCodes.length === 0,
      eventTime: iso(happenedMs + aheadMs),
      occurredAt: iso(happenedMs + Math.min(aheadMs, lagMs)),
      server: { requestId },
    }
  })
