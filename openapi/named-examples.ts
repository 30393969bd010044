import { events } from '../src/standards/caliper/model/events'
import { exampleEvent } from '../src/standards/caliper/model/example'
import { contextIri } from '../src/standards/caliper/version'

interface Example {
  summary: string
  value: unknown
}

/** An example of each type of event, in the body that operations take. */
type Examples = Record<string, Example>

/** An id of its own for each example: they can all be sent to one server. */
function uuid(i: number): string {
  return `3a648e68-f00d-4c08-aa59-8738e188${i.toString(16).padStart(4, '0')}`
}

const inEnvelope = (event: unknown) => ({
  sensor: 'https://example.edu/sensors/1',
  sendTime: '2026-11-21T09:30:01.000Z',
  dataVersion: contextIri,
  data: [event],
})

const caliper: Examples = Object.fromEntries(
  Object.keys(events).map((type, i) => {
    const event = { ...exampleEvent(type), id: `urn:uuid:${uuid(i)}` }
    return [`Caliper${type}`, { summary: type, value: inEnvelope(event) }]
  }),
)

const natively = (event_type: string, more: object) => ({
  summary: event_type,
  value: { event_type, timestamp: '2026-11-21T09:30:00.000Z', user_id: 'u-554433', ...more },
})

const native: Examples = {
  NativePageView: natively('page_view', { properties: { page: '/intro' } }),
  NativeLessonCompleted: natively('lesson_completed', {
    source: 'reader',
    properties: { lesson: 7, minutes: 12 },
  }),
  NativeQuizSubmitted: natively('quiz_submitted', {
    session_id: 's-17',
    event_id: 'q-7-554433-1',
    properties: { quiz: 'q-7', score: 8, max_score: 10 },
  }),
  NativeSeveral: {
    summary: 'Several events',
    value: [
      natively('logged_in', {}).value,
      // Seconds since 1970 are a time, too.
      { event_type: 'logged_out', timestamp: 1795253400, user_id: 554433 },
    ],
  },
}

const course = 'https://example.edu/courses/7'

let said = 0x1000 // beyond the events' own

function saying(verb: string, more: object = {}): Example {
  said += 1
  const name = verb.split('/').at(-1)!
  return {
    summary: name,
    value: {
      id: uuid(said),
      actor: { mbox: 'mailto:ada@example.edu', name: 'Ada' },
      verb: { id: verb, display: { en: name } },
      object: {
        id: `${course}/activities/1`,
        definition: {
          name: { en: 'Fractions' },
          type: 'http://adlnet.gov/expapi/activities/lesson',
        },
      },
      timestamp: '2026-11-21T09:30:00.000Z',
      ...more,
    },
  }
}

const adl = 'http://adlnet.gov/expapi/verbs'

const statements: Examples = {
  XapiExperienced: saying(`${adl}/experienced`),
  XapiInitialized: saying(`${adl}/initialized`),
  XapiProgressed: saying(`${adl}/progressed`, {
    result: { extensions: { 'https://w3id.org/xapi/cmi5/result/extensions/progress': 40 } },
  }),
  XapiAnswered: saying(`${adl}/answered`, {
    object: {
      id: `${course}/questions/1`,
      definition: {
        name: { en: 'Question 1' },
        description: { en: 'What is a half and a quarter?' },
        type: 'http://adlnet.gov/expapi/activities/cmi.interaction',
        interactionType: 'fill-in',
        correctResponsesPattern: ['3/4'],
      },
    },
    result: { response: '3/4', success: true },
  }),
  XapiScored: saying(`${adl}/scored`, { result: { score: { scaled: 0.8, raw: 8, max: 10 } } }),
  XapiCompleted: saying(`${adl}/completed`, {
    result: { completion: true, duration: 'PT12M30S' },
  }),
  XapiPassed: saying(`${adl}/passed`, {
    result: { success: true, score: { scaled: 0.8, raw: 8, min: 0, max: 10 } },
  }),
  XapiFailed: saying(`${adl}/failed`, { result: { success: false, score: { scaled: 0.3 } } }),
  XapiTerminated: saying(`${adl}/terminated`, { result: { duration: 'PT12M30S' } }),
  XapiVoided: saying(`${adl}/voided`, {
    object: { objectType: 'StatementRef', id: '3a648e68-f00d-4c08-aa59-8738e1884f2c' },
  }),
}

/** The examples of each operation that takes events. */
export const examplesOf: Record<string, Examples> = {
  receiveCaliperEvents: caliper,
  receiveCaliperEventsByUrl: caliper,
  validateCaliperEvents: caliper,
  receiveNativeEvents: native,
  postXapiStatements: statements,
  putXapiStatement: statements,
  validateXapiStatements: statements,
}

/** All of them, as components that operations refer to. */
export const examples: Examples = { ...caliper, ...native, ...statements }
