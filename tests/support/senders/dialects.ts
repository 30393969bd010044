import { day, type Sender } from './sender'

const at = (minute: number) => `${day}T09:${String(minute).padStart(2, '0')}:00.000Z`

/** In the shape of the samples that Instructure publishes; the school is made up. */
function live(
  minute: number,
  name: string,
  body: Record<string, unknown>,
  more: Record<string, unknown> = {},
) {
  const metadata = {
    client_ip: '203.0.113.7',
    context_account_id: '5000079',
    context_id: '5000565',
    context_role: 'StudentEnrollment',
    context_sis_source_id: 'BIO.101',
    context_type: 'Course',
    event_name: name,
    event_time: at(minute),
    hostname: 'northfield.instructure.example',
    http_method: 'POST',
    producer: 'canvas',
    request_id: `00000000-0000-4000-8000-0000000000${10 + minute}`,
    root_account_id: '5000001',
    root_account_uuid: 'Nf0',
    session_id: 'ef686f8e',
    user_id: '5000048',
    user_login: 'ada@northfield.example',
    ...more,
  }
  return { metadata, body }
}

const ada = '5000048'
const course = '5000565'
const inCourse = { courseId: course, membershipRoles: ['Learner'], memberId: ada }

export const canvasRaw: Sender = {
  name: "Canvas in Canvas's own format",
  page: 'canvas-live-events-raw.md',
  standard: 'native',
  shapes: [
    {
      says: 'who logged in, where',
      sent: live(
        1,
        'logged_in',
        { redirect_url: null },
        { context_type: null, context_role: null },
      ),
      record: { actorId: ada, objectId: 'northfield.instructure.example' },
    },
    {
      says: 'a page that was opened, in a course',
      sent: live(2, 'asset_accessed', {
        asset_name: 'Cells',
        asset_type: 'wiki_page',
        asset_id: '5000144',
        asset_subtype: null,
        category: 'wiki',
        role: 'StudentEnrollment',
        level: null,
      }),
      record: { actorId: ada, objectId: '5000144', objectName: 'Cells', ...inCourse },
    },
    {
      says: 'a quiz that was submitted, with its attempt',
      sent: live(3, 'quiz_submitted', { quiz_id: '5000222', submission_id: '5000777' }),
      record: {
        actorId: ada,
        objectId: '5000222',
        assignableId: '5000222',
        attemptId: '5000777',
        ...inCourse,
      },
    },
    {
      says: 'an assignment that was submitted, by whom the body says',
      sent: live(
        4,
        'submission_created',
        {
          assignment_id: '5000355',
          attempt: 1,
          score: null,
          submission_id: '5000888',
          submission_type: 'online_text_entry',
          user_id: ada,
          workflow_state: 'submitted',
        },
        { user_id: undefined, context_type: undefined, context_id: undefined, context_role: null },
      ),
      record: {
        actorId: ada,
        objectId: '5000355',
        assignableId: '5000355',
        attemptId: '5000888',
      },
    },
    {
      says: 'a grade: of its learner, by its grader',
      sent: live(
        5,
        'grade_change',
        {
          assignment_id: '5000355',
          grade: '8',
          grader_id: '5000987',
          points_possible: 10,
          score: 8,
          student_id: ada,
          submission_id: '5000888',
          user_id: ada,
        },
        { user_id: '5000987', context_role: 'TeacherEnrollment' },
      ),
      record: {
        actorId: '5000987',
        objectId: '5000888',
        assignableId: '5000355',
        attemptId: '5000888',
        score: 8,
        maxScore: 10,
        ...inCourse,
      },
    },
    {
      says: 'a quiz of New Quizzes, whose head has another name',
      sent: {
        attributes: {
          event_name: 'quizzes.quiz_created',
          event_time: at(6),
          producer: 'quizzes',
          root_account_uuid: 'Nf0',
        },
        body: { id: '372', title: 'Cells', course_id: '1', points_possible: 5 },
      },
      record: { objectId: '372', objectName: 'Cells', courseId: '1', maxScore: 5 },
    },
    {
      says: 'a group as a group',
      sent: live(
        7,
        'discussion_entry_created',
        { discussion_entry_id: '21', discussion_topic_id: '12', text: 'Hi', user_id: '48' },
        { context_type: 'Group', context_id: '144', context_role: 'GroupMembership' },
      ),
      record: { actorId: ada, objectId: '21', membershipRoles: ['Member'], memberId: ada },
    },
  ],
  rows: [
    {
      query: 'assessment-scores',
      rows: [
        [5000222, null, 1, 1, 1, 0, null, null, null],
        [5000355, null, 1, 1, 1, 1, 80, 80, 80],
      ],
    },
    {
      query: 'activity-by-day',
      rows: [
        [day, 1, 1, 0],
        [day, 144, 1, 1],
        [day, 5000565, 3, 2],
        [day, null, 2, 1],
      ],
    },
    {
      query: 'course-funnel',
      rows: [
        [144, 1, 0, 0, 0],
        [5000565, 2, 1, 1, 1],
      ],
    },
    {
      query: 'most-viewed-resources',
      rows: [[5000144, 'Page', 'Cells', 1, 1, '2026-09-01 09:02:00']],
    },
  ],
}

/** In the shape of the samples of the Open edX Research Guide. */
function logged(
  minute: number,
  name: string,
  event: unknown,
  more: Record<string, unknown> = {},
  context: Record<string, unknown> = {},
) {
  return {
    username: 'ada',
    event_type: name,
    name,
    event_source: 'server',
    time: `${day}T09:${String(minute).padStart(2, '0')}:00.431355+00:00`,
    session: '97662bef7c463c18',
    ip: '203.0.113.7',
    agent: 'Mozilla/5.0',
    host: 'learn.northfield.example',
    referer: 'https://learn.northfield.example/courses',
    accept_language: 'en',
    page: null,
    event,
    context: {
      course_id: 'course-v1:NF+BIO+2026',
      org_id: 'NF',
      path: '/event',
      user_id: 48,
      ...context,
    },
    ...more,
  }
}

const block = 'block-v1:NF+BIO+2026+type@problem+block@a0ef'
const inBiology = { actorId: '48', courseId: 'course-v1:NF+BIO+2026' }

export const edxLogs: Sender = {
  name: 'tracking logs of Open edX',
  page: 'open-edx.md',
  standard: 'native',
  shapes: [
    {
      says: 'a video, whose event is JSON text',
      sent: logged(
        1,
        'play_video',
        JSON.stringify({ id: '0b9e', code: 'b7xg', currentTime: 0.03 }),
        {
          event_source: 'browser',
          page: 'https://learn.northfield.example/courses/1',
        },
      ),
      record: { ...inBiology, objectId: '0b9e' },
    },
    {
      says: 'a problem that was checked, with its points',
      sent: logged(
        2,
        'problem_check',
        { problem_id: block, grade: 2, max_grade: 3, success: 'incorrect', attempts: 1 },
        {},
        { module: { display_name: 'Cells', usage_key: block } },
      ),
      record: {
        ...inBiology,
        objectId: block,
        objectName: 'Cells',
        assignableId: block,
        score: 2,
        maxScore: 3,
      },
    },
    {
      says: 'nothing of an answer that a browser sent off as a form',
      sent: logged(2, 'problem_check', 'input_a0ef_2_1=blue', { event_source: 'browser' }),
      record: inBiology,
    },
    {
      says: 'a grade, of whom the event says',
      sent: logged(
        3,
        'edx.grades.problem.submitted',
        {
          course_id: 'course-v1:NF+BIO+2026',
          problem_id: block,
          user_id: '48',
          weighted_earned: 3,
          weighted_possible: 3,
        },
        { username: 'staff' },
        { user_id: 8, module: { display_name: 'Cells', usage_key: block } },
      ),
      record: {
        ...inBiology,
        objectId: block,
        objectName: 'Cells',
        assignableId: block,
        score: 3,
        maxScore: 3,
      },
    },
    {
      says: 'an enrolment, whose object is the course, as the event bus has it',
      sent: {
        name: 'edx.course.enrollment.activated',
        timestamp: at(4),
        context: { course_id: 'course-v1:NF+BIO+2026', org_id: 'NF', user_id: 48, username: 'ada' },
        data: { course_id: 'course-v1:NF+BIO+2026', mode: 'audit', user_id: 48 },
      },
      record: { ...inBiology, objectId: 'course-v1:NF+BIO+2026' },
    },
    {
      says: 'a request to the server, by its path',
      sent: logged(5, '/courses/x/courseware', '{"POST": {}, "GET": {}}', {}, { user_id: '' }),
      record: { ...inBiology, actorId: 'ada', objectId: '/courses/x/courseware' },
    },
  ],
  rows: [
    {
      query: 'assessment-scores',
      rows: [['block-v1:NF+BIO+2026+type@problem+block@a0ef', 'Cells', 1, 1, 1, 1, 100, 100, 100]],
    },
    { query: 'activity-by-day', rows: [[day, 'course-v1:NF+BIO+2026', 6, 2]] },
    { query: 'course-funnel', rows: [['course-v1:NF+BIO+2026', 2, 0, 0, 0]] },
  ],
}

function message(minute: number, type: string, more: Record<string, unknown>) {
  return {
    type,
    messageId: `node-next-${minute}`,
    userId: 'u1',
    timestamp: at(minute),
    sentAt: at(minute),
    context: {
      library: { name: '@segment/analytics-node', version: '2.1.0' },
      app: { name: 'reader' },
    },
    integrations: {},
    ...more,
  }
}

export const segmentMessages: Sender = {
  name: 'libraries of Segment',
  page: 'segment.md',
  standard: 'native',
  shapes: [
    {
      says: 'what was tracked, by the common names of its properties',
      sent: message(1, 'track', {
        event: 'Quiz Finished',
        properties: {
          course_id: 'bio',
          quiz_id: 'q1',
          quiz_name: 'Cells',
          score: 7,
          max_score: 10,
        },
      }),
      record: {
        actorId: 'u1',
        courseId: 'bio',
        objectId: 'q1',
        objectName: 'Cells',
        assignableId: 'q1',
        score: 7,
        maxScore: 10,
      },
    },
    {
      says: 'a page by its address',
      sent: message(2, 'page', {
        name: 'Intro',
        properties: {
          url: 'https://reader.example/intro',
          title: 'Introduction',
          course_id: 'bio',
        },
      }),
      record: {
        actorId: 'u1',
        courseId: 'bio',
        objectId: 'https://reader.example/intro',
        objectName: 'Introduction',
      },
    },
    {
      says: 'who nobody has identified yet',
      sent: message(3, 'track', {
        userId: null,
        anonymousId: '507f191e',
        event: 'Video Playback Started',
        properties: { content_asset_id: 'v1', title: 'Mitosis' },
      }),
      record: { actorId: '507f191e', objectId: 'v1', objectName: 'Mitosis' },
    },
    {
      says: 'nothing of what a person is',
      sent: message(4, 'identify', { traits: { email: 'ada@northfield.example', plan: 'school' } }),
      record: { actorId: 'u1' },
    },
  ],
  rows: [
    {
      query: 'activity-by-day',
      rows: [
        [day, 'bio', 2, 1],
        [day, null, 2, 2],
      ],
    },
    { query: 'course-funnel', rows: [['bio', 1, 1, 0, 0]] },
    {
      query: 'most-viewed-resources',
      rows: [
        ['https://reader.example/intro', 'WebPage', 'Introduction', 1, 1, '2026-09-01 09:02:00'],
      ],
    },
  ],
}

function cloudEvent(
  minute: number,
  type: string,
  data: unknown,
  more: Record<string, unknown> = {},
) {
  return {
    specversion: '1.0',
    id: `A-${minute}`,
    source: 'https://reader.example/lessons',
    type,
    time: at(minute),
    datacontenttype: 'application/json',
    data,
    ...more,
  }
}

export const cloudEventsSender: Sender = {
  name: 'CloudEvents',
  page: 'cloudevents.md',
  standard: 'native',
  shapes: [
    {
      says: 'its data by common names',
      sent: cloudEvent(1, 'example.reader.quiz.finished', {
        user_id: 'u1',
        course_id: 'bio',
        quiz_id: 'q1',
        score: 7,
        max_score: 10,
      }),
      record: {
        actorId: 'u1',
        courseId: 'bio',
        objectId: 'q1',
        assignableId: 'q1',
        score: 7,
        maxScore: 10,
      },
    },
    {
      says: 'its subject, where its data names no object',
      sent: cloudEvent(2, 'example.reader.opened', undefined, { subject: 'page/7' }),
      record: { objectId: 'page/7' },
    },
    {
      says: 'an action that all standards share, where that is its type',
      sent: cloudEvent(3, 'Submitted', { user: { id: 'u1' }, exam_id: 'e1', score: 3, out_of: 4 }),
      record: {
        actorId: 'u1',
        objectId: 'e1',
        assignableId: 'e1',
        score: 3,
        maxScore: 4,
      },
    },
  ],
  rows: [
    { query: 'assessment-scores', rows: [['e1', null, 1, 1, 1, 1, 75, 75, 75]] },
    {
      query: 'activity-by-day',
      rows: [
        [day, 'bio', 1, 1],
        [day, null, 2, 1],
      ],
    },
    { query: 'course-funnel', rows: [['bio', 1, 0, 0, 0]] },
  ],
}
