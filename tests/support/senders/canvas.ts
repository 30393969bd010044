import { caliperEvent, day, type Sender } from './sender'

const urn = (kind: string, id: number | string) => `urn:instructure:canvas:${kind}:${id}`
const course = urn('course', 410)
const section = `${course}:section:7`
const ext = (values: Record<string, unknown>) => ({
  extensions: { 'com.instructure.canvas': values },
})
const person = (id: number) => ({
  id: urn('user', id),
  type: 'Person',
  ...ext({ entity_id: `${id}` }),
})
const group = {
  id: course,
  type: 'CourseOffering',
  ...ext({ context_type: 'Course', entity_id: '410' }),
}
const membership = (user: number, role?: string) => ({
  id: `${course}:${role ?? 'user'}:${user}`,
  type: 'Membership',
  member: { id: urn('user', user), type: 'Person' },
  organization: { id: course, type: 'CourseOffering' },
  ...(role !== undefined && { roles: [role] }),
})
const around = (user: number, role?: string) => ({
  actor: person(user),
  edApp: { id: 'http://canvas.example.edu/', type: 'SoftwareApplication' },
  group,
  membership: membership(user, role),
})
const event = (minute: number, type: string, action: string, more: Record<string, unknown>) =>
  caliperEvent('1.1', minute, type, action, more)
const attempt = (id: string, user: number, assignable: Record<string, unknown>) => ({
  id,
  type: 'Attempt',
  ...ext({ entity_id: '1' }),
  assignee: { id: urn('user', user), type: 'Person' },
  assignable,
})

const essay = { id: urn('assignment', 5), type: 'AssignableDigitalResource' }
const learner = { courseId: course, membershipRoles: ['Learner'], memberId: urn('user', 1) }
const teacher = { courseId: course, membershipRoles: ['Instructor'], memberId: urn('user', 9) }
const graded = attempt(urn('submission', 77), 1, essay)

/** After the published samples of Live Events, which name few things and generate next to nothing. */
export const canvas: Sender = {
  name: 'Canvas Live Events',
  page: 'canvas.md',
  standard: 'caliper',
  shapes: [
    {
      says: 'what was looked at, whose name is an extension and whose `name` is its kind',
      sent: event(1, 'NavigationEvent', 'NavigatedTo', {
        ...around(1, 'Learner'),
        object: {
          id: urn('wikiPage', 12),
          type: 'Entity',
          name: 'wiki_page',
          ...ext({ asset_name: 'Week one', asset_type: 'wiki_page' }),
        },
      }),
      record: {
        ...learner,
        actorId: urn('user', 1),
        objectId: urn('wikiPage', 12),
        objectName: 'Week one',
      },
    },
    {
      says: 'a page of the course itself, without a group',
      sent: event(2, 'NavigationEvent', 'NavigatedTo', {
        actor: person(1),
        object: {
          id: course,
          type: 'Entity',
          name: 'home',
          ...ext({ asset_name: 'Algebra', asset_type: 'course', asset_subtype: 'home' }),
        },
      }),
      record: {
        actorId: urn('user', 1),
        objectId: course,
        objectName: 'Algebra',
        courseId: course,
        courseName: 'Algebra',
      },
    },
    {
      says: 'a quiz that was submitted: the Attempt is the object, and nothing is generated',
      sent: event(10, 'AssessmentEvent', 'Submitted', {
        ...around(1, 'Learner'),
        object: attempt(urn('submission', 70), 1, {
          id: urn('quiz', 3),
          type: 'Assessment',
          name: 'Fractions',
        }),
      }),
      record: {
        ...learner,
        actorId: urn('user', 1),
        objectId: urn('submission', 70),
        objectName: 'Fractions',
        attemptId: urn('submission', 70),
        assignableId: urn('quiz', 3),
      },
    },
    {
      says: 'an assignment that a tool submitted, in no course',
      sent: event(20, 'AssignableEvent', 'Submitted', {
        actor: person(1),
        object: graded,
      }),
      record: {
        actorId: urn('user', 1),
        objectId: urn('submission', 77),
        attemptId: urn('submission', 77),
        assignableId: urn('assignment', 5),
      },
    },
    {
      says: 'a grade by the teacher, whose membership it is',
      sent: event(40, 'GradeEvent', 'Graded', {
        ...around(9, 'Instructor'),
        object: graded,
        generated: {
          id: urn('submission', 77),
          type: 'Score',
          attempt: graded,
          maxScore: 20,
          scoreGiven: 15,
          scoredBy: urn('user', 9),
        },
      }),
      record: {
        ...teacher,
        actorId: urn('user', 9),
        objectId: urn('submission', 77),
        attemptId: urn('submission', 77),
        assignableId: urn('assignment', 5),
        score: 15,
        maxScore: 20,
      },
    },
    {
      says: 'an enrolment in a section',
      sent: event(45, 'Event', 'Created', {
        ...around(9, 'Instructor'),
        object: {
          id: urn('enrollment', 2),
          type: 'Entity',
          ...ext({ course_id: course, type: 'StudentEnrollment' }),
        },
        group: { id: section, type: 'CourseSection' },
      }),
      record: {
        ...teacher,
        actorId: urn('user', 9),
        objectId: urn('enrollment', 2),
        courseId: section,
      },
    },
    {
      says: 'a member of a team, who is not the actor',
      sent: event(46, 'Event', 'Created', {
        actor: person(9),
        object: {
          id: urn('groupMembership', 6),
          type: 'Membership',
          member: { id: urn('user', 1), type: 'Person' },
          organization: { id: urn('group', 5), type: 'Group', name: 'Team 1' },
        },
      }),
      record: {
        actorId: urn('user', 9),
        objectId: urn('groupMembership', 6),
        memberId: urn('user', 1),
      },
    },
    {
      says: 'an attachment, in a membership without roles',
      sent: event(47, 'Event', 'Created', {
        ...around(9),
        object: {
          id: urn('attachment', 8),
          type: 'Document',
          name: 'notes.pdf',
          ...ext({ filename: 'notes+1.pdf' }),
        },
      }),
      record: {
        actorId: urn('user', 9),
        objectId: urn('attachment', 8),
        objectName: 'notes.pdf',
        courseId: course,
        memberId: urn('user', 9),
      },
    },
  ],
  rows: [
    {
      query: 'assessment-scores',
      rows: [
        [urn('assignment', 5), null, 1, 1, 1, 1, 75, 75, 75],
        [urn('quiz', 3), 'Fractions', 1, 1, 1, 0, null, null, null],
      ],
    },
    {
      query: 'course-funnel',
      rows: [
        [course, 2, 1, 1, 1],
        [section, 1, 0, 0, 0],
      ],
    },
    {
      query: 'most-viewed-resources',
      rows: [
        [course, 'Entity', 'Algebra', 1, 1, '2026-09-01 09:02:00'],
        [urn('wikiPage', 12), 'Entity', 'Week one', 1, 1, '2026-09-01 09:01:00'],
      ],
    },
    {
      query: 'activity-by-day',
      rows: [
        [day, course, 5, 2],
        [day, section, 1, 1],
        [day, null, 2, 2],
      ],
    },
    {
      query: 'time-on-task',
      rows: [
        [course, urn('user', 1), 3, 1, 9],
        [course, urn('user', 9), 2, 1, 7],
        [section, urn('user', 9), 1, 1, 0],
      ],
    },
  ],
}
