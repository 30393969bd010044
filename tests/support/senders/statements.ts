import { day, type Sender } from './sender'

const ADL = 'http://adlnet.gov/expapi'
let made = 0

function statement(minute: number, verb: string, more: Record<string, unknown>) {
  made += 1
  return {
    id: `7c1e0000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    verb: { id: verb.includes(':') ? verb : `${ADL}/verbs/${verb}` },
    timestamp: `2026-09-01T09:${String(minute).padStart(2, '0')}:00.000Z`,
    ...more,
  }
}

const tenant = 'https://4f1c.lms.example.com/'
const keys = 'https://api.brightspace.com/xapi/extension_keys/context'

/** As Brightspace's data streams publish them: the org unit and the roles are extensions. */
export const d2l: Sender = {
  name: 'D2L Brightspace, data streams',
  page: 'd2l.md',
  standard: 'xapi',
  shapes: [
    {
      says: 'a submission to a folder, in an org unit that is a course',
      sent: statement(1, 'https://api.brightspace.com/xapi/verbs/submitted', {
        actor: { account: { homePage: tenant, name: 'urn:uuid:8d1c' } },
        object: {
          objectType: 'Activity',
          id: 'urn:uuid:5e0b',
          definition: {
            type: 'https://api.brightspace.com/xapi/activities/tools/assignment/folder',
          },
        },
        context: {
          registration: '3f0a9c52-8c6e-4a43-9f52-0b0f5f0c2a11',
          extensions: {
            [`${keys}/actor`]: {
              userId: '301',
              imsRoleIds: [
                'urn:lti:role:ims/lis/Learner',
                'urn:lti:role:ims/lis/Instructor/Grader',
              ],
            },
            [`${keys}/context`]: { orgUnitType: 'Course Offering', orgUnitId: 6606 },
          },
        },
      }),
      record: {
        actorId: `${tenant}|urn:uuid:8d1c`,
        objectId: 'urn:uuid:5e0b',
        courseId: '6606',
        membershipRoles: ['Learner', 'Instructor#Grader'],
        memberId: `${tenant}|urn:uuid:8d1c`,
      },
    },
    {
      says: 'an attempt at a quiz, which is the target among the extensions',
      sent: statement(3, 'https://api.brightspace.com/xapi/verbs/submitted', {
        actor: { account: { homePage: tenant, name: 'urn:uuid:8d1c' } },
        object: {
          objectType: 'Activity',
          id: 'urn:uuid:77aa',
          definition: { type: 'https://api.brightspace.com/xapi/activities/tools/quiz/attempt' },
        },
        context: {
          extensions: {
            [`${keys}/target`]: { id: 'urn:uuid:77a0' },
            [`${keys}/context`]: { orgUnitType: 'Course Offering', orgUnitId: 6606 },
          },
        },
      }),
      record: {
        actorId: `${tenant}|urn:uuid:8d1c`,
        objectId: 'urn:uuid:77aa',
        courseId: '6606',
        attemptId: 'urn:uuid:77aa',
        assignableId: 'urn:uuid:77a0',
      },
    },
    {
      says: 'a page of the organisation, which is no course',
      sent: statement(2, 'https://api.brightspace.com/xapi/verbs/viewed', {
        actor: { account: { homePage: tenant, name: 'urn:uuid:8d1c' } },
        object: { id: 'urn:uuid:5e0c' },
        context: {
          extensions: { [`${keys}/context`]: { orgUnitType: 'Organization', orgUnitId: '6600' } },
        },
      }),
      record: { actorId: `${tenant}|urn:uuid:8d1c`, objectId: 'urn:uuid:5e0c' },
    },
  ],
  rows: [
    {
      query: 'activity-by-day',
      rows: [
        [day, 6606, 2, 1],
        [day, null, 1, 1],
      ],
    },
  ],
}

const moodleSite = 'https://moodle.example.edu'
const ada = { mbox: 'mailto:ada@example.edu' }
const adaId = 'mailto:ada@example.edu'
const activity = (id: string, type: string, name?: string) => ({
  id,
  definition: {
    type: type.includes(':') ? type : `${ADL}/activities/${type}`,
    ...(name !== undefined && { name: { en: name } }),
  },
})
const biology = activity(
  `${moodleSite}/course/2`,
  'https://w3id.org/xapi/cmi5/activitytype/course',
  'Biology',
)
const lmsCourse = activity('https://lms.example.edu/course/c1', 'course', 'Chemistry')

/** Of tools that send statements: Moodle's logstore_xapi, Open edX, and players of packages. */
export const statements: Sender = {
  name: 'senders of xAPI',
  page: 'xapi.md',
  standard: 'xapi',
  shapes: [
    {
      says: 'a quiz of Moodle, in the course among the groupings',
      sent: statement(1, 'completed', {
        actor: ada,
        object: activity(`${moodleSite}/mod/quiz/1`, 'assessment', 'Cells'),
        result: { score: { raw: 8, min: 0, max: 10, scaled: 0.8 }, duration: 'PT5M' },
        context: {
          registration: 'ec531277-b57b-4c15-8d91-d292c5b2b801',
          contextActivities: {
            grouping: [
              activity(moodleSite, 'http://id.tincanapi.com/activitytype/lms', 'Moodle'),
              biology,
            ],
          },
        },
      }),
      record: {
        actorId: adaId,
        objectId: `${moodleSite}/mod/quiz/1`,
        objectName: 'Cells',
        courseId: biology.id,
        courseName: 'Biology',
        assignableId: `${moodleSite}/mod/quiz/1`,
        score: 8,
        maxScore: 10,
        durationMs: 300_000,
      },
    },
    {
      says: 'a problem of Open edX, in the course that is its parent, with a maximum of 0',
      sent: statement(2, 'answered', {
        actor: ada,
        object: activity('https://lms.example.edu/xblock/p1', 'cmi.interaction'),
        result: { score: { raw: 0, min: 0, max: 0 }, success: false },
        context: { contextActivities: { parent: [lmsCourse] } },
      }),
      record: {
        actorId: adaId,
        objectId: 'https://lms.example.edu/xblock/p1',
        courseId: lmsCourse.id,
        courseName: 'Chemistry',
        assignableId: 'https://lms.example.edu/xblock/p1',
        score: 0,
      },
    },
    {
      says: 'an attempt at an exam of Open edX, which is an activity',
      sent: statement(3, 'terminated', {
        actor: ada,
        object: activity('https://lms.example.edu/attempt/7', 'attempt'),
        context: {
          contextActivities: {
            parent: [activity('https://lms.example.edu/exam/1', 'assessment', 'Exam'), lmsCourse],
          },
        },
      }),
      record: {
        actorId: adaId,
        objectId: 'https://lms.example.edu/attempt/7',
        courseId: lmsCourse.id,
        courseName: 'Chemistry',
        attemptId: 'https://lms.example.edu/attempt/7',
        assignableId: 'https://lms.example.edu/exam/1',
      },
    },
    {
      says: 'a section before the offering that it is of',
      sent: statement(4, 'experienced', {
        actor: ada,
        object: activity('https://tool.example/p/1', 'media', 'One'),
        context: {
          contextActivities: {
            grouping: [
              activity(
                'https://tool.example/c/1',
                'http://purl.imsglobal.org/caliper/CourseOffering',
              ),
              activity(
                'https://tool.example/s/1',
                'http://purl.imsglobal.org/caliper/CourseSection',
              ),
            ],
          },
        },
      }),
      record: {
        actorId: adaId,
        objectId: 'https://tool.example/p/1',
        objectName: 'One',
        courseId: 'https://tool.example/s/1',
      },
    },
    {
      says: 'points without a maximum, which are read as they are scaled',
      sent: statement(5, 'scored', {
        actor: ada,
        object: activity('https://tool.example/game', 'assessment'),
        result: { score: { raw: 900, scaled: 0.9 } },
      }),
      record: {
        actorId: adaId,
        objectId: 'https://tool.example/game',
        assignableId: 'https://tool.example/game',
        score: 0.9,
        maxScore: 1,
      },
    },
  ],
  rows: [
    {
      query: 'assessment-scores',
      rows: [
        [`${moodleSite}/mod/quiz/1`, 'Cells', 1, 1, 1, 1, 80, 80, 80],
        ['https://tool.example/game', null, 1, 1, 1, 1, 90, 90, 90],
      ],
    },
    {
      query: 'activity-by-day',
      rows: [
        [day, lmsCourse.id, 2, 1],
        [day, biology.id, 1, 1],
        [day, 'https://tool.example/s/1', 1, 1],
        [day, null, 1, 1],
      ],
    },
    {
      query: 'attempts-by-activity',
      rows: [
        [
          'https://lms.example.edu/xblock/p1',
          'AssessmentItem',
          null,
          1,
          1,
          1,
          0,
          1,
          0,
          null,
          null,
          null,
        ],
        [`${moodleSite}/mod/quiz/1`, 'Assessment', 'Cells', 1, 1, 1, 0, 0, 1, 80, 80, 80],
        ['https://tool.example/game', 'Assessment', null, 1, 1, 0, 0, 0, 1, 90, 90, 90],
      ],
    },
  ],
}
