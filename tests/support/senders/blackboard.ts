import { caliperEvent, day, early, type Sender } from './sender'

const site = 'https://learn.example.edu/v1/sites/3f'
const course = `${site}/courses/b1`
const learner = `${site}/users/u1`
const item = `${site}/gradableItems/_20_1`
const attemptId = `${item}/attempts/_4_1`
const app = { id: `${site}/applications/learn`, type: 'SoftwareApplication' }
const offering = { id: course, type: 'CourseOffering', members: [], courseNumber: 'BIO-101' }
const person = { id: learner, type: 'Person', extensions: { 'bb:user.id': '_1_1' } }
const membership = {
  id: `${course}/members/u1`,
  type: 'Membership',
  member: person,
  organization: offering,
  roles: ['Learner'],
  status: 'Active',
}
const test = {
  dateToSubmit: '2026-09-02T09:00:00.000Z',
  maxAttempts: 0,
  maxScore: 160,
  id: item,
  type: 'Assessment',
  creators: [],
  items: [],
}
const attempt = {
  startedAtTime: '2026-09-01T09:05:00.000Z',
  id: attemptId,
  type: 'Attempt',
  assignable: test,
  assignee: person,
  count: 1,
}

const earlyPerson = { '@id': learner, '@type': early('lis/Person'), name: null }
const earlyOffering = {
  '@id': course,
  '@type': early('lis/CourseOffering'),
  name: null,
  courseNumber: 'BIO-101',
  subOrganizationOf: null,
}
const earlyMembership = {
  '@id': `${course}/members/u1`,
  '@type': early('lis/Membership'),
  member: learner,
  organization: course,
  roles: ['http://purl.imsglobal.org/vocab/lis/v2/membership#Learner'],
  status: 'http://purl.imsglobal.org/vocab/lis/v2/status#Active',
}
const earlyAttempt = {
  '@id': attemptId,
  '@type': early('Attempt'),
  assignable: item,
  actor: learner,
  count: 1,
  startedAtTime: '2026-09-01T09:05:00.000Z',
  endedAtTime: null,
  duration: null,
}

const said = {
  courseId: course,
  courseName: 'BIO-101',
  membershipRoles: ['Learner'],
  memberId: learner,
}

/** After the published samples of Learn's event stream, of 1.0 and 1.1. */
export const blackboard: Sender = {
  name: 'Blackboard Learn',
  page: 'blackboard.md',
  standard: 'caliper',
  shapes: [
    {
      says: 'a test that was started, whose attempt is generated',
      sent: caliperEvent('1.1', 5, 'AssessmentEvent', 'Started', {
        actor: person,
        object: { ...test, name: 'My Test' },
        generated: attempt,
        edApp: app,
        group: offering,
        membership,
      }),
      record: {
        ...said,
        actorId: learner,
        objectId: item,
        objectName: 'My Test',
        attemptId,
        assignableId: item,
      },
    },
    {
      says: "a grade by the software: the learner's membership, and a maximum of 0 that is none",
      sent: caliperEvent('1.1', 30, 'GradeEvent', 'Graded', {
        actor: app,
        object: attempt,
        generated: {
          id: `${attemptId}/score`,
          type: 'Score',
          attempt,
          maxScore: 0,
          scoreGiven: 40,
          scoredBy: app,
        },
        edApp: app,
        group: offering,
        membership,
      }),
      record: {
        ...said,
        actorId: app.id,
        objectId: attemptId,
        attemptId,
        assignableId: item,
        score: 40,
        maxScore: 160,
      },
    },
    {
      says: 'a calculated grade, which is the object',
      sent: caliperEvent(
        '1.1',
        50,
        'http://caliper.blackboard.com/caliper/v1/CalculatedGradeSnapshotEvent',
        'Graded',
        {
          actor: app,
          object: {
            type: 'http://caliper.blackboard.com/caliper/v1/CalculatedGrade',
            id: `${item}/calculatedGrade/99`,
            name: '',
            itemId: '_20_1',
            scorePossible: 100,
            score: 88,
            user: person,
            course: offering,
          },
          edApp: app,
          membership: { ...membership, organization: course },
        },
      ),
      record: {
        ...said,
        actorId: app.id,
        objectId: `${item}/calculatedGrade/99`,
        assignableId: item,
        score: 88,
        maxScore: 100,
      },
    },
    {
      says: 'a group assignment of 1.0, whose course stands above the team',
      sent: caliperEvent('1.0', 20, 'AssignableEvent', 'Completed', {
        actor: earlyPerson,
        object: {
          '@id': `${site}/gradableItems/_21_1`,
          '@type': early('AssignableDigitalResource'),
          name: 'Poster',
          maxScore: 10,
        },
        target: null,
        generated: {
          ...earlyAttempt,
          '@id': `${site}/gradableItems/_21_1/attempts/_7_1`,
          assignable: `${site}/gradableItems/_21_1`,
          endedAtTime: '2026-09-01T09:20:00.000Z',
        },
        group: {
          '@id': `${course}/groups/_15_1`,
          '@type': early('lis/Group'),
          name: null,
          subOrganizationOf: earlyOffering,
        },
        membership: earlyMembership,
        federatedSession: null,
      }),
      record: {
        ...said,
        actorId: learner,
        objectId: `${site}/gradableItems/_21_1`,
        objectName: 'Poster',
        attemptId: `${site}/gradableItems/_21_1/attempts/_7_1`,
        assignableId: `${site}/gradableItems/_21_1`,
        durationMs: 900_000,
      },
    },
    {
      says: 'an answer of 1.0, whose response names its attempt',
      sent: caliperEvent('1.0', 21, 'AssessmentItemEvent', 'Completed', {
        actor: earlyPerson,
        object: {
          '@id': `${item}/questions/_3_1`,
          '@type': early('AssessmentItem'),
          name: null,
          isPartOf: { '@id': item, '@type': early('Assessment'), name: 'My Test', maxScore: 160 },
          maxScore: 0,
        },
        generated: {
          '@id': `${item}/questions/_3_1/attempts/_9_1/response`,
          '@type': early('FillinBlankResponse'),
          assignable: `${item}/questions/_3_1`,
          actor: learner,
          attempt: {
            ...earlyAttempt,
            '@id': `${item}/questions/_3_1/attempts/_9_1`,
            assignable: `${item}/questions/_3_1`,
          },
          values: [],
        },
        group: earlyOffering,
        membership: earlyMembership,
      }),
      record: {
        ...said,
        actorId: learner,
        objectId: `${item}/questions/_3_1`,
        attemptId: `${item}/questions/_3_1/attempts/_9_1`,
        assignableId: `${item}/questions/_3_1`,
      },
    },
    {
      says: 'a post in a blog, in the course of the membership alone',
      sent: {
        ...caliperEvent('1.0', 40, 'Event', 'Created', {
          actor: earlyPerson,
          object: {
            '@id': `${site}/blog/_9_1`,
            '@type': 'http://caliper.blackboard.com/caliper/v1/Blog',
            name: 'Diary',
          },
          group: null,
          membership: { ...earlyMembership, extensions: { 'bb:course.externalId': 'BIO-101' } },
        }),
        '@type': 'http://caliper.blackboard.com/caliper/v1/BlogEvent',
        action: 'http://caliper.blackboard.com/vocab/caliper/v1/action#Create',
      },
      record: {
        ...said,
        actorId: learner,
        objectId: `${site}/blog/_9_1`,
        objectName: 'Diary',
      },
    },
    {
      says: 'a team, whose name is an extension',
      sent: caliperEvent('1.1', 41, 'Event', 'Created', {
        actor: person,
        object: {
          id: `${course}/groups/_15_1`,
          type: 'Group',
          extensions: { 'bb:group.name': 'Team 2' },
          subOrganizationOf: offering,
        },
        group: {
          id: `${course}/groups/_15_1`,
          type: 'Group',
          extensions: { 'bb:group.name': 'Team 2' },
          subOrganizationOf: offering,
        },
        membership: { ...membership, roles: undefined, status: 'Active' },
      }),
      record: {
        courseId: course,
        courseName: 'BIO-101',
        memberId: learner,
        actorId: learner,
        objectId: `${course}/groups/_15_1`,
        objectName: 'Team 2',
      },
    },
  ],
  rows: [
    {
      query: 'assessment-scores',
      rows: [
        [item, 'My Test', 1, 1, 0, 1, 25, 25, 25],
        [`${site}/gradableItems/_21_1`, 'Poster', 1, 1, 1, 0, null, null, null],
      ],
    },
    // Seven events in the course, of which the software made two.
    { query: 'activity-by-day', rows: [[day, course, 7, 1]] },
    { query: 'course-funnel', rows: [[course, 1, 0, 0, 0]] },
    { query: 'time-on-task', rows: [[course, learner, 5, 1, 36]] },
    { query: 'daily-active-people', rows: [[day, 1, 1, 5]] },
  ],
}
