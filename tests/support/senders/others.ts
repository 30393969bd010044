import { caliperEvent, day, type Sender } from './sender'

const webworkSite = 'https://webwork.example.edu/webwork2/algebra'
const student = `${webworkSite}/users/ada`
const problem = `${webworkSite}/sets/week1/problems/1`
const problemSet = { id: `${webworkSite}/sets/week1`, type: 'Assessment', name: 'week1' }
const algebra = { id: webworkSite, type: 'CourseOffering', name: 'Algebra' }
const webworkAround = {
  actor: { id: student, type: 'Person' },
  group: algebra,
  membership: {
    id: `${webworkSite}/memberships/ada`,
    type: 'Membership',
    member: { id: student, type: 'Person' },
    organization: webworkSite,
    roles: ['Learner'],
    status: 'Active',
  },
}
const webworkSaid = {
  actorId: student,
  courseId: webworkSite,
  courseName: 'Algebra',
  membershipRoles: ['Learner'],
  memberId: student,
}

/** As WeBWorK's lib/Caliper makes them. */
export const webwork: Sender = {
  name: 'WeBWorK',
  page: 'webwork.md',
  standard: 'caliper',
  shapes: [
    {
      says: 'a problem that was answered: what was solved of it is with the attempt of the response',
      sent: caliperEvent('1.2', 5, 'AssessmentItemEvent', 'Completed', {
        ...webworkAround,
        object: {
          id: `${problem}/users/ada`,
          type: 'AssessmentItem',
          name: 'Problem 1',
          isPartOf: { id: problem, type: 'AssessmentItem', isPartOf: problemSet },
        },
        generated: {
          id: `${problem}/users/ada/answer`,
          type: 'FillinBlankResponse',
          attempt: {
            id: `${problem}/users/ada/attempts/4`,
            type: 'Attempt',
            assignee: { id: student, type: 'Person' },
            assignable: `${problem}/users/ada`,
            count: 1,
            startedAtTime: '2026-09-01T09:04:00.000Z',
            endedAtTime: '2026-09-01T09:05:00.000Z',
            duration: 'PT60S',
            extensions: { attempt_score: 0.5 },
          },
          values: ['7'],
        },
      }),
      record: {
        ...webworkSaid,
        objectId: `${problem}/users/ada`,
        objectName: 'Problem 1',
        attemptId: `${problem}/users/ada/attempts/4`,
        assignableId: `${problem}/users/ada`,
        score: 0.5,
        maxScore: 1,
        durationMs: 60_000,
      },
    },
    {
      says: 'a set that was submitted, whose score has no maximum that is known',
      sent: caliperEvent('1.2', 9, 'AssessmentEvent', 'Submitted', {
        ...webworkAround,
        object: { ...problemSet, isPartOf: algebra },
        generated: {
          id: `${problemSet.id}/users/ada/attempts/1`,
          type: 'Attempt',
          assignee: { id: student, type: 'Person' },
          assignable: problemSet.id,
          count: 1,
          extensions: { attempt_score: 4 },
        },
      }),
      record: {
        ...webworkSaid,
        objectId: problemSet.id,
        objectName: 'week1',
        attemptId: `${problemSet.id}/users/ada/attempts/1`,
        assignableId: problemSet.id,
      },
    },
    {
      says: 'a set that was viewed, in the course that it is part of',
      sent: caliperEvent('1.2', 1, 'ViewEvent', 'Viewed', {
        actor: { id: student, type: 'Person' },
        object: { ...problemSet, isPartOf: algebra },
      }),
      record: {
        actorId: student,
        objectId: problemSet.id,
        objectName: 'week1',
        courseId: webworkSite,
        courseName: 'Algebra',
      },
    },
  ],
  rows: [
    {
      query: 'assessment-scores',
      rows: [[problemSet.id, 'week1', 1, 1, 1, 0, null, null, null]],
    },
    { query: 'course-funnel', rows: [[webworkSite, 1, 1, 1, 1]] },
    {
      query: 'most-viewed-resources',
      rows: [[problemSet.id, 'Assessment', 'week1', 1, 1, '2026-09-01 09:01:00']],
    },
    { query: 'time-on-task', rows: [[webworkSite, student, 3, 1, 8]] },
  ],
}

const carnegieApp = 'https://app.carnegie.example'
const own = [`${carnegieApp}/events/1`, 'http://purl.imsglobal.org/ctx/caliper/v1p2']

/** After the samples of caliper-ts, whose types are its own. */
export const carnegie: Sender = {
  name: 'Carnegie Learning',
  page: 'carnegie.md',
  standard: 'caliper',
  shapes: [
    {
      says: 'a lesson that was graded, with a MasteryScore',
      sent: {
        ...caliperEvent('1.2', 5, 'LessonEvent', 'Graded', {
          actor: { id: `${carnegieApp}/user/2`, type: 'Instructor' },
          object: {
            id: `${carnegieApp}/lesson/1`,
            type: 'Lesson',
            name: 'Fractions',
            isPartOf: { id: `${carnegieApp}/ilp/1`, type: 'ILP' },
          },
          generated: {
            id: `${carnegieApp}/lesson/1/score`,
            type: 'MasteryScore',
            maxScore: 100,
            scoreGiven: 90,
            passThreshold: 50,
          },
        }),
        '@context': own,
      },
      record: {
        actorId: `${carnegieApp}/user/2`,
        objectId: `${carnegieApp}/lesson/1`,
        objectName: 'Fractions',
        assignableId: `${carnegieApp}/lesson/1`,
        score: 90,
        maxScore: 100,
      },
    },
    {
      says: 'a benchmark, whose score has no maximum, named as its test is',
      sent: {
        ...caliperEvent('1.2', 6, 'BenchmarkEvent', 'Graded', {
          actor: { id: 'https://tests.example', type: 'SoftwareApplication' },
          object: {
            id: 'urn:uuid:af4e81c0-c0a9-4365-8254-c277baa08700',
            type: 'Attempt',
            duration: 'PT34M1.801S',
            assignable: { id: 'urn:test:1', type: 'Assessment', name: 'Reading 2-5' },
            assignee: { id: `${carnegieApp}/user/1`, type: 'Student' },
          },
          generated: { id: `${carnegieApp}/score/1`, type: 'Score', scoreGiven: 200 },
        }),
        '@context': own,
      },
      record: {
        actorId: 'https://tests.example',
        objectId: 'urn:uuid:af4e81c0-c0a9-4365-8254-c277baa08700',
        objectName: 'Reading 2-5',
        attemptId: 'urn:uuid:af4e81c0-c0a9-4365-8254-c277baa08700',
        assignableId: 'urn:test:1',
        score: 200,
        durationMs: 2_041_801,
      },
    },
    {
      says: 'a membership in a class, which is not its actor’s',
      sent: {
        ...caliperEvent('1.2', 7, 'MembershipEvent', 'Deleted', {
          actor: { id: `${carnegieApp}/user/2`, type: 'User' },
          object: {
            id: `${carnegieApp}/membership/1`,
            type: 'Membership',
            member: { id: `${carnegieApp}/user/1`, type: 'Student' },
            organization: { id: `${carnegieApp}/class/1`, type: 'Class', name: 'Maths' },
            roles: ['Learner'],
          },
        }),
        '@context': own,
      },
      record: {
        actorId: `${carnegieApp}/user/2`,
        objectId: `${carnegieApp}/membership/1`,
        courseId: `${carnegieApp}/class/1`,
        courseName: 'Maths',
        membershipRoles: ['Learner'],
        memberId: `${carnegieApp}/user/1`,
      },
    },
  ],
  rows: [
    {
      query: 'activity-by-day',
      rows: [
        [day, `${carnegieApp}/class/1`, 1, 1],
        [day, null, 2, 1],
      ],
    },
    { query: 'daily-active-people', rows: [[day, 1, 1, 2]] },
  ],
}
