import { caliperEvent, day, type Sender } from './sender'

const site = 'https://tool.example.edu'
const section = `${site}/terms/2026/courses/7/sections/1`
const offering = `${site}/terms/2026/courses/7`
const quiz = `${site}/quizzes/1`
const attempt = `${quiz}/attempts/1`
const ada = `${site}/users/1`
const bot = `${site}/autograder`

const said = { actorId: ada, courseId: section, courseName: 'Biology, section 1' }
const team = {
  id: `${section}/groups/3`,
  type: 'Group',
  name: 'Team 3',
  subOrganizationOf: {
    id: section,
    type: 'CourseSection',
    name: 'Biology, section 1',
    subOrganizationOf: { id: offering, type: 'CourseOffering', name: 'Biology' },
  },
}
const membership = {
  id: `${section}/rosters/1`,
  type: 'Membership',
  member: ada,
  organization: section,
}

/** What a conformant sensor may send, and what others write in its place. */
export const generic: Sender = {
  name: 'any other sensor',
  page: 'generic-sensor.md',
  standard: 'caliper',
  shapes: [
    {
      says: 'the section above a team, not the offering above that',
      sent: caliperEvent('1.2', 1, 'ViewEvent', 'Viewed', {
        actor: { id: ada, type: 'Person' },
        object: { id: `${site}/pages/1`, type: 'WebPage', name: 'One' },
        group: team,
        membership: { ...membership, roles: ['Learner'] },
      }),
      record: {
        ...said,
        objectId: `${site}/pages/1`,
        objectName: 'One',
        membershipRoles: ['Learner'],
        memberId: ada,
      },
    },
    {
      says: 'the offering above a team that is in no section',
      sent: caliperEvent('1.2', 2, 'ViewEvent', 'Viewed', {
        actor: { id: ada, type: 'Person' },
        object: { id: `${site}/pages/1`, type: 'WebPage', name: 'One' },
        group: { ...team, subOrganizationOf: { id: offering, type: 'CourseOffering' } },
      }),
      record: { actorId: ada, objectId: `${site}/pages/1`, objectName: 'One', courseId: offering },
    },
    {
      says: 'no course in a team that nothing is above',
      sent: caliperEvent('1.2', 3, 'ViewEvent', 'Viewed', {
        actor: { id: ada, type: 'Person' },
        object: { id: `${site}/pages/1`, type: 'WebPage', name: 'One' },
        group: { id: `${site}/clubs/chess`, type: 'Group', name: 'Chess' },
      }),
      record: { actorId: ada, objectId: `${site}/pages/1`, objectName: 'One' },
    },
    {
      says: 'an attempt, with the roles as IRIs and as one text',
      sent: caliperEvent('1.2', 10, 'AssessmentEvent', 'Started', {
        actor: { id: ada, type: 'Person' },
        object: { id: quiz, type: 'Assessment', name: 'Cells', maxScore: 10 },
        generated: { id: attempt, type: 'Attempt', assignee: ada, assignable: quiz, count: 1 },
        group: team,
        membership: {
          ...membership,
          roles: 'http://purl.imsglobal.org/vocab/lis/v2/membership#Learner, Mentor',
        },
      }),
      record: {
        ...said,
        objectId: quiz,
        objectName: 'Cells',
        attemptId: attempt,
        assignableId: quiz,
        membershipRoles: ['Learner', 'Mentor'],
        memberId: ada,
      },
    },
    {
      says: 'an attempt, everything thinned to its IRI',
      sent: caliperEvent('1.2', 20, 'AssessmentEvent', 'Submitted', {
        actor: ada,
        object: quiz,
        generated: attempt,
        group: section,
        membership: membership.id,
      }),
      record: {
        actorId: ada,
        objectId: quiz,
        attemptId: attempt,
        assignableId: quiz,
        courseId: section,
      },
    },
    {
      says: 'an answer, whose response is of an attempt at the question',
      sent: caliperEvent('1.2', 15, 'AssessmentItemEvent', 'Completed', {
        actor: ada,
        object: {
          id: `${quiz}/items/1`,
          type: 'AssessmentItem',
          name: 'Question 1',
          isPartOf: quiz,
        },
        generated: {
          id: `${attempt}/responses/1`,
          type: 'FillinBlankResponse',
          duration: 'PT30S',
          attempt: {
            id: `${attempt}/items/1`,
            type: 'Attempt',
            assignable: `${quiz}/items/1`,
            isPartOf: attempt,
          },
        },
        group: team,
      }),
      record: {
        ...said,
        objectId: `${quiz}/items/1`,
        objectName: 'Question 1',
        attemptId: `${attempt}/items/1`,
        assignableId: `${quiz}/items/1`,
        durationMs: 30_000,
      },
    },
    {
      says: 'a grade by software, beside the membership of the learner',
      sent: caliperEvent('1.2', 30, 'GradeEvent', 'Graded', {
        actor: { id: bot, type: 'SoftwareApplication' },
        object: { id: attempt, type: 'Attempt', assignee: ada, assignable: quiz },
        generated: { id: `${attempt}/score`, type: 'Score', attempt, maxScore: 10, scoreGiven: 7 },
        group: team,
        membership: { ...membership, roles: ['Learner'] },
      }),
      record: {
        ...said,
        actorId: bot,
        objectId: attempt,
        attemptId: attempt,
        assignableId: quiz,
        membershipRoles: ['Learner'],
        memberId: ada,
        score: 7,
        maxScore: 10,
      },
    },
    {
      says: 'a Result that was viewed, which is not a grade now',
      sent: caliperEvent('1.2', 40, 'ViewEvent', 'Viewed', {
        actor: ada,
        object: {
          id: `${attempt}/result`,
          type: 'Result',
          resultScore: 7,
          maxResultScore: 10,
          attempt: { id: attempt, type: 'Attempt', assignable: quiz },
        },
        group: team,
      }),
      record: {
        ...said,
        objectId: `${attempt}/result`,
        attemptId: attempt,
        assignableId: quiz,
      },
    },
    {
      says: 'a grade whose object is the Result itself',
      sent: caliperEvent('1.2', 41, 'GradeEvent', 'Graded', {
        actor: bot,
        object: {
          id: `${attempt}/result`,
          type: 'Result',
          resultScore: 8,
          attempt: {
            id: attempt,
            type: 'Attempt',
            assignable: { id: quiz, type: 'Assessment', name: 'Cells', maxScore: 10 },
          },
        },
        group: team,
      }),
      record: {
        ...said,
        actorId: bot,
        objectId: `${attempt}/result`,
        objectName: 'Cells',
        attemptId: attempt,
        assignableId: quiz,
        score: 8,
        maxScore: 10,
      },
    },
    {
      says: 'points of an object without a type, and a course that it is of',
      sent: caliperEvent('1.2', 42, 'GradeEvent', 'Graded', {
        actor: { id: bot, type: 'SoftwareApplication' },
        object: {
          id: `${quiz}/attempts/9`,
          type: 'Attempt',
          assignable: {
            id: `${quiz}-2`,
            type: 'Assessment',
            course: { id: offering, name: 'Bio' },
          },
        },
        generated: { score: 2, maxScore: 4 },
        membership: { ...membership, organization: undefined, roles: { id: 'Learner' } },
      }),
      record: {
        actorId: bot,
        objectId: `${quiz}/attempts/9`,
        attemptId: `${quiz}/attempts/9`,
        assignableId: `${quiz}-2`,
        courseId: offering,
        courseName: 'Bio',
        membershipRoles: ['Learner'],
        memberId: ada,
        score: 2,
        maxScore: 4,
      },
    },
    {
      says: 'a logout, with the time of its session',
      sent: caliperEvent('1.2', 50, 'SessionEvent', 'LoggedOut', {
        actor: ada,
        object: { id: site, type: 'SoftwareApplication', name: 'Quiz tool' },
        session: {
          id: `${site}/sessions/1`,
          type: 'Session',
          startedAtTime: '2026-09-01T09:00:00.000Z',
          endedAtTime: '2026-09-01T09:50:00.000Z',
          duration: 'PT3000S',
        },
      }),
      record: { actorId: ada, objectId: site, objectName: 'Quiz tool', durationMs: 3_000_000 },
    },
  ],
  rows: [
    {
      query: 'assessment-scores',
      rows: [
        [quiz, 'Cells', 1, 1, 1, 1, 80, 80, 80],
        [`${quiz}-2`, null, 1, 1, 0, 1, 50, 50, 50],
      ],
    },
    {
      query: 'most-viewed-resources',
      rows: [
        [`${site}/pages/1`, 'WebPage', 'One', 3, 1, '2026-09-01 09:03:00'],
        [`${attempt}/result`, 'Result', null, 1, 1, '2026-09-01 09:40:00'],
      ],
    },
    // The software of one grade is no person; as an IRI alone, of the other, nothing says so.
    { query: 'daily-active-people', rows: [[day, 2, 2, 9]] },
  ],
}
