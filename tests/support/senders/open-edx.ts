import { caliperEvent, day, type Sender } from './sender'

const lms = 'https://lms.example.edu'
const course = `${lms}/course/course-v1:Org+Bio+2026`
const learner = `${lms}/user/0b21`
const problem = `${lms}/xblock/block-v1:Org+Bio+2026+type@problem+block@9c`
const attemptId = `${problem}/user/0b21/attempt/2`
const isPartOf = { id: course, type: 'CourseOffering' }
const actor = { id: learner, type: 'Person' }
const session = { id: `${lms}/sessions/5e`, type: 'Session' }
const extensions = { transformerVersion: 'event-routing-backends@9.3.8' }

const event = (minute: number, type: string, action: string, more: Record<string, unknown>) =>
  caliperEvent('1.2', minute, type, action, { actor, session, extensions, ...more })

const said = { actorId: learner, courseId: course }

/** As event-routing-backends 9 makes them: no group, the course and the attempt among extensions. */
export const openEdx: Sender = {
  name: 'Open edX, event-routing-backends 9 and 10',
  page: 'open-edx.md',
  standard: 'caliper',
  shapes: [
    {
      says: 'an enrolment, whose object is the course',
      sent: event(1, 'Event', 'Activated', {
        object: {
          id: course,
          type: 'CourseOffering',
          name: 'Biology',
          extensions: { mode: 'audit' },
        },
      }),
      record: { ...said, objectId: course, objectName: 'Biology', courseName: 'Biology' },
    },
    {
      says: 'a video that was played, whose length is no time spent',
      sent: event(2, 'MediaEvent', 'Started', {
        object: {
          id: `${lms}/xblock/video`,
          type: 'VideoObject',
          duration: 'PT3M15S',
          extensions: { isPartOf },
        },
        target: { id: '_:MediaLocation', type: 'MediaLocation', currentTime: 'PT0.03S' },
      }),
      record: { ...said, objectId: `${lms}/xblock/video` },
    },
    {
      says: 'a problem that was submitted, by the browser',
      sent: event(10, 'AssessmentEvent', 'Submitted', {
        object: { id: problem, type: 'Assessment', extensions: { isPartOf } },
      }),
      record: { ...said, objectId: problem, assignableId: problem },
    },
    {
      says: 'a problem that was graded: the Score under `generated.score`, which has no type',
      sent: event(11, 'GradeEvent', 'Graded', {
        object: {
          id: attemptId,
          type: 'Attempt',
          extensions: {
            isPartOf,
            assignee: actor,
            assignable: { id: problem, type: 'Assessment' },
            count: 2,
          },
        },
        generated: {
          score: {
            id: '_:score',
            type: 'Score',
            maxScore: 4,
            scoreGiven: 3,
            attempts: 2,
            extensions: { success: 'False' },
          },
        },
      }),
      record: {
        ...said,
        objectId: attemptId,
        attemptId,
        assignableId: problem,
        score: 3,
        maxScore: 4,
      },
    },
    {
      says: 'a problem as versions before 6 sent it, with the course and the points in extensions',
      sent: event(30, 'AssessmentEvent', 'Submitted', {
        object: {
          id: `${problem}-old`,
          type: 'Assessment',
          extensions: {
            course_id: 'course-v1:Org+Bio+2026',
            weighted_earned: 1,
            weighted_possible: 2,
          },
        },
      }),
      record: {
        actorId: learner,
        courseId: 'course-v1:Org+Bio+2026',
        objectId: `${problem}-old`,
        assignableId: `${problem}-old`,
        score: 1,
        maxScore: 2,
      },
    },
  ],
  rows: [
    {
      query: 'assessment-scores',
      rows: [
        [problem, null, 1, 1, 1, 1, 75, 75, 75],
        [`${problem}-old`, null, 1, 1, 1, 1, 50, 50, 50],
      ],
    },
    {
      query: 'activity-by-day',
      rows: [
        [day, 'course-v1:Org+Bio+2026', 1, 1],
        [day, course, 4, 1],
      ],
    },
    { query: 'daily-active-people', rows: [[day, 1, 1, 5]] },
  ],
}
