import { caliperEvent, day, early, type Sender } from './sender'

const site = 'https://moodle.example.edu'
const course = `${site}/course/view.php?id=2`
const learner = `${site}/user/3`
const teacher = `${site}/user/9`
const assignment = `${site}/mod/assign/view.php?id=5`
const attemptId = `${site}/mod/assign/submission/8`
const quiz = `${site}/mod/quiz/view.php?id=6`

const person = (id: string, name: string) => ({
  '@id': id,
  '@type': early('lis/Person'),
  name,
  description: null,
})
const ada = person(learner, 'Ada')
const bea = person(teacher, 'Bea')
const section = {
  '@id': course,
  '@type': early('lis/CourseSection'),
  name: 'Biology',
  courseNumber: 'BIO',
  category: null,
  subOrganizationOf: null,
}
const membership = (member: Record<string, unknown>, role: string) => ({
  '@id': `${site}/enrolment/1`,
  '@type': early('lis/Membership'),
  member,
  organization: section,
  roles: [`http://purl.imsglobal.org/vocab/lis/v2/membership#${role}`],
  status: 'http://purl.imsglobal.org/vocab/lis/v2/status#Active',
})
const around = (who: Record<string, unknown>, role: string) => ({
  actor: who,
  edApp: { '@id': site, '@type': early('SoftwareApplication'), name: 'Moodle' },
  group: section,
  membership: membership(who, role),
  federatedSession: { '@id': `${site}/session/1`, '@type': early('Session'), actor: who },
  target: null,
  generated: null,
})
const assignable = (id: string, type: string, name: string, maxScore: number) => ({
  '@id': id,
  '@type': early(type),
  name,
  maxAttempts: 1,
  maxScore,
})
const attempt = (id: string, of: string) => ({
  '@id': id,
  '@type': early('Attempt'),
  assignable: of,
  actor: learner,
  count: 1,
  startedAtTime: null,
  endedAtTime: null,
  duration: null,
})
const essay = assignable(assignment, 'AssignableDigitalResource', 'Essay', 20)
const cells = assignable(quiz, 'Assessment', 'Cells', 10)
const said = { courseId: course, courseName: 'Biology' }
const asLearner = { ...said, membershipRoles: ['Learner'], memberId: learner, actorId: learner }
const asTeacher = { ...said, membershipRoles: ['Instructor'], memberId: teacher, actorId: teacher }

/** As logstore_caliper makes them with caliper-php 1.0: the Attempt is the object, its work the target. */
export const moodle: Sender = {
  name: 'Moodle with caliper-php 1.0',
  page: 'moodle.md',
  standard: 'caliper',
  shapes: [
    {
      says: 'a page of the course',
      sent: caliperEvent('1.0', 1, 'ViewEvent', 'Viewed', {
        ...around(ada, 'Learner'),
        object: {
          '@id': `${site}/mod/page/4`,
          '@type': early('DigitalResource'),
          name: 'Week one',
        },
      }),
      record: { ...asLearner, objectId: `${site}/mod/page/4`, objectName: 'Week one' },
    },
    {
      says: 'a quiz that was started',
      sent: caliperEvent('1.0', 2, 'AssessmentEvent', 'Started', {
        ...around(ada, 'Learner'),
        object: attempt(`${quiz}&attempt=1`, quiz),
        target: cells,
      }),
      record: {
        ...asLearner,
        objectId: `${quiz}&attempt=1`,
        objectName: 'Cells',
        attemptId: `${quiz}&attempt=1`,
        assignableId: quiz,
      },
    },
    {
      says: 'a quiz that was submitted',
      sent: caliperEvent('1.0', 12, 'AssessmentEvent', 'Submitted', {
        ...around(ada, 'Learner'),
        object: { ...attempt(`${quiz}&attempt=1`, quiz), duration: 600 },
        target: cells,
      }),
      record: {
        ...asLearner,
        objectId: `${quiz}&attempt=1`,
        objectName: 'Cells',
        attemptId: `${quiz}&attempt=1`,
        assignableId: quiz,
        durationMs: 600_000,
      },
    },
    {
      says: 'an assignment that was submitted',
      sent: caliperEvent('1.0', 20, 'AssessmentEvent', 'Submitted', {
        ...around(ada, 'Learner'),
        object: attempt(attemptId, assignment),
        target: essay,
      }),
      record: {
        ...asLearner,
        objectId: attemptId,
        objectName: 'Essay',
        attemptId,
        assignableId: assignment,
      },
    },
    {
      says: 'a grade: a Result with a total, whose maximum the target has',
      sent: caliperEvent('1.0', 40, 'OutcomeEvent', 'Graded', {
        ...around(bea, 'Instructor'),
        object: attempt(attemptId, assignment),
        target: essay,
        generated: {
          '@id': `${attemptId}/result`,
          '@type': early('Result'),
          assignable: assignment,
          actor: learner,
          normalScore: null,
          penaltyScore: null,
          extraCreditScore: null,
          totalScore: 15,
          curvedTotalScore: null,
          curveFactor: null,
          comment: null,
          scoredBy: bea,
        },
      }),
      record: {
        ...asTeacher,
        objectId: attemptId,
        objectName: 'Essay',
        attemptId,
        assignableId: assignment,
        score: 15,
        maxScore: 20,
      },
    },
    {
      says: 'a logout, whose target is the session that ended',
      sent: caliperEvent('1.0', 59, 'SessionEvent', 'LoggedOut', {
        actor: ada,
        object: { '@id': site, '@type': early('SoftwareApplication'), name: 'Moodle' },
        target: {
          '@id': `${site}/session/1`,
          '@type': early('Session'),
          actor: learner,
          startedAtTime: '2026-09-01T09:00:00.000Z',
          endedAtTime: '2026-09-01T09:59:00.000Z',
          duration: null,
        },
      }),
      record: { actorId: learner, objectId: site, objectName: 'Moodle', durationMs: 3_540_000 },
    },
  ],
  rows: [
    {
      query: 'assessment-scores',
      rows: [
        [assignment, 'Essay', 1, 1, 1, 1, 75, 75, 75],
        [quiz, 'Cells', 1, 1, 1, 0, null, null, null],
      ],
    },
    { query: 'course-funnel', rows: [[course, 2, 1, 1, 1]] },
    {
      query: 'most-viewed-resources',
      rows: [[`${site}/mod/page/4`, 'DigitalResource', 'Week one', 1, 1, '2026-09-01 09:01:00']],
    },
    {
      query: 'activity-by-day',
      rows: [
        [day, course, 5, 2],
        [day, null, 1, 1],
      ],
    },
    {
      query: 'time-on-task',
      rows: [
        [course, learner, 4, 1, 19],
        [course, teacher, 1, 1, 0],
      ],
    },
  ],
}
