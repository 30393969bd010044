import type { Dialect, EventRow } from './dialect'
import { isObject } from './look-up'

/*
 * Canvas Live Events as Canvas has them, not as Caliper (Instructure, "Live Events", "Event format:
 * Canvas"): `metadata` says who and when, `body` what. New Quizzes calls the first `attributes`.
 */

const enrollments = {
  StudentEnrollment: 'Learner',
  StudentViewEnrollment: 'Learner',
  TeacherEnrollment: 'Instructor',
  TaEnrollment: 'TeachingAssistant',
  DesignerEnrollment: 'ContentDeveloper',
  ObserverEnrollment: 'Mentor',
  GroupMembership: 'Member',
}

/** Canvas's words of an asset, in Caliper's. */
const assets: Record<string, string> = {
  account: 'Organization',
  announcement: 'Message',
  assignment: 'AssignableDigitalResource',
  attachment: 'Document',
  content_tag: 'WebPage',
  context_external_tool: 'SoftwareApplication',
  course: 'CourseOffering',
  discussion_topic: 'Thread',
  enrollment: 'Membership',
  group: 'Group',
  module: 'DigitalResourceCollection',
  quiz: 'Assessment',
  'quizzes:quiz': 'Assessment',
  user: 'Person',
  web_conference: 'Entity',
  wiki_page: 'Page',
}

const submission: EventRow = {
  action: 'Submitted',
  objectType: 'AssignableDigitalResource',
  fields: {
    actorId: 'body.user_id metadata.user_id',
    objectId: 'body.assignment_id',
    assignableId: 'body.assignment_id',
    attemptId: 'body.submission_id',
    score: 'body.score',
  },
}

const session: EventRow = {
  objectType: 'SoftwareApplication',
  fields: { objectId: 'metadata.hostname' },
}

const course: EventRow = {
  objectType: 'CourseOffering',
  fields: {
    actorId: 'body.user.id metadata.user_id',
    objectId: 'body.course.id body.course_id metadata.context_id',
    objectName: 'body.course.name body.name',
    courseId: 'body.course.id body.course_id metadata.context_id',
    courseName: 'body.course.name body.name',
  },
}

const rows: Record<string, EventRow> = {
  asset_accessed: {
    action: 'NavigatedTo',
    objectType: 'DigitalResource',
    objectTypes: { by: 'body.asset_type', types: assets },
    fields: {
      objectId: 'body.asset_id',
      objectName: 'body.asset_name body.display_name body.filename',
    },
  },
  logged_in: { ...session, action: 'LoggedIn' },
  logged_out: { ...session, action: 'LoggedOut' },
  quiz_submitted: {
    action: 'Submitted',
    objectType: 'Assessment',
    fields: {
      objectId: 'body.quiz_id',
      assignableId: 'body.quiz_id',
      attemptId: 'body.submission_id',
    },
  },
  submission_created: submission,
  // An update is no submission: it says that one is late, excused, or graded.
  submission_updated: { ...submission, action: 'Modified' },
  plagiarism_resubmit: submission,
  // As in Caliper: the attempt is graded, by whoever grades, and its learner is the member.
  grade_change: {
    action: 'Graded',
    objectType: 'Attempt',
    memberRoles: ['Learner'],
    fields: {
      actorId: 'body.grader_id metadata.user_id',
      memberId: 'body.student_id body.user_id',
      objectId: 'body.submission_id',
      attemptId: 'body.submission_id',
      assignableId: 'body.assignment_id',
      score: 'body.score',
      maxScore: 'body.points_possible',
    },
  },
  course_grade_change: {
    objectType: 'CourseOffering',
    memberRoles: ['Learner'],
    fields: {
      memberId: 'body.user_id',
      objectId: 'body.course_id',
      courseId: 'body.course_id',
      score: 'body.current_score',
    },
  },
  course_completed: { ...course, action: 'Completed' },
  course_progress: course,
  discussion_entry_created: {
    action: 'Posted',
    objectType: 'Message',
    fields: { objectId: 'body.discussion_entry_id', targetId: 'body.discussion_topic_id' },
  },
  discussion_entry_submitted: {
    action: 'Posted',
    objectType: 'Message',
    fields: { objectId: 'body.discussion_entry_id', targetId: 'body.discussion_topic_id' },
  },
}

/** These are created, updated and deleted; each has a member that is its id. */
const things: Record<string, { type: string; id: string; name?: string }> = {
  assignment: {
    type: 'AssignableDigitalResource',
    id: 'body.assignment_id',
    name: 'body.title',
  },
  attachment: { type: 'Document', id: 'body.attachment_id', name: 'body.display_name' },
  course: { type: 'CourseOffering', id: 'body.course_id', name: 'body.name' },
  course_section: { type: 'CourseSection', id: 'body.course_section_id', name: 'body.name' },
  discussion_topic: { type: 'Thread', id: 'body.discussion_topic_id', name: 'body.title' },
  enrollment: { type: 'Membership', id: 'body.enrollment_id' },
  group: { type: 'Group', id: 'body.group_id', name: 'body.group_name' },
  group_membership: { type: 'Membership', id: 'body.group_membership_id' },
  module: { type: 'DigitalResourceCollection', id: 'body.module_id', name: 'body.name' },
  module_item: { type: 'DigitalResource', id: 'body.module_item_id' },
  'quizzes.quiz': { type: 'Assessment', id: 'body.id', name: 'body.title' },
  'quizzes.item': { type: 'AssessmentItem', id: 'body.id', name: 'body.title' },
  wiki_page: { type: 'Page', id: 'body.wiki_page_id', name: 'body.title' },
}

const changes: Record<string, string> = {
  created: 'Created',
  updated: 'Modified',
  deleted: 'Deleted',
}

for (const [thing, { type, id, name }] of Object.entries(things)) {
  for (const [change, action] of Object.entries(changes)) {
    rows[`${thing}_${change}`] ??= {
      action,
      objectType: type,
      fields: { objectId: id, ...(name !== undefined && { objectName: name }) },
    }
  }
}

export const canvas: Dialect = {
  name: 'canvas',
  words: { one: 'Canvas live event', many: 'Canvas live events' },
  isOne: ({ metadata, attributes, body }) => body !== undefined && isNamed(metadata ?? attributes),
  mayBeOne: ({ metadata, attributes }) => isObject(metadata ?? attributes),
  prepare({ attributes, ...item }) {
    const metadata = item.metadata ?? attributes
    if (!isObject(metadata)) return item
    const { context_type: type, context_id: id } = metadata
    // An account or a person is no place of learning.
    const place = {
      ...(type === 'Course' && { course: id }),
      ...(type === 'Group' && { group: id }),
    }
    return { ...item, metadata, place }
  },
  members: {
    event_type: 'metadata.event_name attributes.event_name',
    timestamp: 'metadata.event_time attributes.event_time',
    user_id: 'metadata.user_id body.user_id',
    session_id: 'metadata.session_id',
    source: 'metadata.hostname metadata.producer',
    payload: 'body',
  },
  fields: {
    courseId: 'place.course body.course_id',
    groupId: 'place.group',
    membershipRoles: 'metadata.context_role',
  },
  roles: enrollments,
  rowOf: (type) => (Object.hasOwn(rows, type) ? rows[type] : undefined),
  hasOwnTypes: () => true,
}

function isNamed(metadata: unknown): boolean {
  return isObject(metadata) && typeof metadata.event_name === 'string'
}
