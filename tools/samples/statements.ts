import { next } from './entities'

const ADL = 'http://adlnet.gov/expapi'
const verbs = ['initialized', 'answered', 'completed', 'experienced', 'passed', 'scored'] as const
const types = ['assessment', 'cmi.interaction', 'module', 'media', 'course', 'lesson'] as const
const LMS = 'https://lms.northfield.example'

/**
 * A statement as an LMS sends it, about 1.5 KB as JSON, as long as Caliper's events; no two are
 * alike. A learner of two thousand, a course of forty, an activity of eight hundred.
 */
export function aStatement(more: Record<string, unknown> = {}): Record<string, unknown> {
  const n = next()
  const verb = verbs[n % verbs.length]!
  const type = types[n % types.length]!
  const course = { id: `${LMS}/courses/${n % 40}` }
  return {
    id: crypto.randomUUID(),
    actor: {
      objectType: 'Agent',
      name: `Zoë Learner ${n % 2000}`,
      account: { homePage: LMS, name: `learner-${n % 2000}` },
    },
    verb: { id: `${ADL}/verbs/${verb}`, display: { 'en-US': verb, de: `${verb} (de)` } },
    object: {
      objectType: 'Activity',
      id: `${LMS}/activities/${n % 800}`,
      definition: {
        type: `${ADL}/activities/${type}`,
        name: { 'en-US': `Unit ${n % 800}: what a flea market is for` },
        description: {
          'en-US': `The ${type} that stands in week ${n % 20} of the course, after the lecture on trade and before the test.`,
          de: `Die Einheit der Woche ${n % 20}.`,
        },
      },
    },
    result: {
      score: { scaled: (n % 100) / 100, raw: n % 100, min: 0, max: 100 },
      success: n % 3 > 0,
      completion: true,
      response: `choice-${n % 7}`,
      duration: `PT${(n % 59) + 1}M${n % 60}.25S`,
    },
    context: {
      registration: crypto.randomUUID(),
      platform: 'Northfield LMS 4.5',
      language: 'en-US',
      instructor: { name: `Ms Teacher ${n % 90}`, mbox: `mailto:t${n % 90}@northfield.example` },
      contextActivities: {
        parent: [{ id: `${course.id}/sections/${n % 4}`, objectType: 'Activity' }],
        grouping: [
          {
            ...course,
            definition: { type: `${ADL}/activities/course`, name: { 'en-US': `Course ${n % 40}` } },
          },
        ],
        category: [{ id: 'https://w3id.org/xapi/cmi5/context/categories/moveon' }],
      },
      extensions: { [`${LMS}/xapi/attempt`]: (n % 5) + 1 },
    },
    timestamp: new Date(Date.UTC(2026, 8, 1) + n * 1000).toISOString(),
    ...more,
  }
}
