import { day, type Sender } from './sender'

let made = 0
function event(
  minute: number,
  type: string,
  properties: unknown,
  more: Record<string, unknown> = {},
) {
  made += 1
  return {
    event_id: `n-${made}`,
    event_type: type,
    timestamp: `2026-09-01T09:${String(minute).padStart(2, '0')}:00.000Z`,
    user_id: 'u1',
    properties,
    ...more,
  }
}

/** Events without a standard, by the common names of their properties. */
export const native: Sender = {
  name: 'native events',
  page: 'native.md',
  standard: 'native',
  shapes: [
    {
      says: 'nothing where no name is common',
      sent: event(1, 'example_seen', { colour: 'red', grade: 5, points: 3 }),
      record: { actorId: 'u1' },
    },
    {
      says: 'a quiz with its points, in a course',
      sent: event(2, 'quiz_submitted', {
        course_id: 'bio',
        course_name: 'Biology',
        quiz_id: 'q1',
        quiz_name: 'Cells',
        attempt_id: 'a1',
        score: 7,
        max_score: 10,
        duration_ms: 61_000,
        role: 'Learner',
      }),
      record: {
        actorId: 'u1',
        courseId: 'bio',
        courseName: 'Biology',
        objectId: 'q1',
        objectName: 'Cells',
        assignableId: 'q1',
        attemptId: 'a1',
        score: 7,
        maxScore: 10,
        durationMs: 61_000,
        membershipRoles: ['Learner'],
        memberId: 'u1',
      },
    },
    {
      says: 'the same in camelCase, the course and the quiz as objects with a name',
      sent: event(3, 'quiz_submitted', {
        course: { id: 7, title: 'Biology' },
        assessmentId: 'q1',
        title: 'Cells',
        attemptId: 'a2',
        rawScore: 4,
        pointsPossible: 0,
        maxPoints: 5,
        timeSpentSeconds: 1.5,
      }),
      record: {
        actorId: 'u1',
        courseId: '7',
        courseName: 'Biology',
        objectId: 'q1',
        objectName: 'Cells',
        assignableId: 'q1',
        attemptId: 'a2',
        score: 4,
        maxScore: 5,
        durationMs: 1500,
      },
    },
    {
      says: 'a question of a quiz, in percent',
      sent: event(4, 'question_answered', { quiz_id: 'q1', question_id: 'q1-3', percent: 50 }),
      record: {
        actorId: 'u1',
        objectId: 'q1-3',
        assignableId: 'q1',
        score: 50,
        maxScore: 100,
      },
    },
    {
      says: 'members of the event itself, after its properties',
      sent: event(5, 'page_view', { page: '/intro' }, { course_id: 'bio', page: '/other' }),
      record: { actorId: 'u1', courseId: 'bio', objectId: '/intro' },
    },
    {
      says: 'a quiz whose type is an action that all standards share',
      sent: event(7, 'Submitted', { exam_id: 'e1', exam_name: 'Finals', score: 3, out_of: 4 }),
      record: {
        actorId: 'u1',
        objectId: 'e1',
        objectName: 'Finals',
        assignableId: 'e1',
        score: 3,
        maxScore: 4,
      },
    },
    {
      says: 'no value of another kind',
      sent: event(6, 'odd', {
        course_id: ['bio'],
        quiz_id: { id: null },
        score: '7',
        max_score: -1,
        duration_ms: -5,
        title: 'Nothing',
      }),
      record: { actorId: 'u1' },
    },
  ],
  rows: [
    { query: 'assessment-scores', rows: [['e1', 'Finals', 1, 1, 1, 1, 75, 75, 75]] },
    {
      query: 'activity-by-day',
      rows: [
        [day, 7, 1, 1],
        [day, 'bio', 2, 1],
        [day, null, 4, 1],
      ],
    },
    {
      query: 'time-on-task',
      rows: [
        [7, 'u1', 1, 1, 0],
        ['bio', 'u1', 2, 1, 3],
      ],
    },
  ],
}
