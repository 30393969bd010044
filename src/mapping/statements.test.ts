import { describe, expect, it } from 'bun:test'
import { checkItem } from '../standards/caliper/check-item'
import { toCaliper, toXapi } from './convert'
import { type Json, objectIn } from './json'
import { prefixes } from './prefixes'

const fallback = {
  id: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  at: '2026-11-28T12:00:00.000Z',
}
const id = '12345678-1234-4234-8234-123456789abc'
const { adl, video, as } = prefixes

const statement = (changes: Json = {}): Json => ({
  id,
  actor: { mbox: 'mailto:ada@example.edu', name: 'Ada' },
  verb: { id: `${adl}completed`, display: { 'en-US': 'completed' } },
  object: activity('https://example.edu/quizzes/1', 'assessment'),
  timestamp: '2026-11-21T09:30:00Z',
  ...changes,
})

function activity(iri: string, type?: string, name?: string): Json {
  const definition = {
    ...(type !== undefined && { type: `${prefixes['adl-type']}${type}` }),
    ...(name !== undefined && { name: { 'en-US': name } }),
  }
  return { id: iri, definition }
}

const clip = {
  id: 'https://example.edu/clips/1',
  definition: { type: `${prefixes['video-type']}video` },
}

/** A statement, the event that it becomes, as far as this says, and how well. */
const statements: [says: string, given: Json, event: Json, match: string][] = [
  [
    'who, what and when',
    {},
    {
      id: `urn:uuid:${id}`,
      type: 'AssignableEvent',
      action: 'Completed',
      actor: { id: 'mailto:ada@example.edu', type: 'Person', name: 'Ada' },
      object: { id: 'https://example.edu/quizzes/1', type: 'Assessment' },
      eventTime: '2026-11-21T09:30:00.000Z',
    },
    'exact',
  ],
  [
    'an account, by its home page and its name',
    { actor: { account: { homePage: 'https://moodle.example.edu', name: 'ada 7' } } },
    { actor: { id: 'https://moodle.example.edu/ada%207', type: 'Person' } },
    'exact',
  ],
  [
    'the hash of an address',
    { actor: { mbox_sha1sum: 'ebd31e95054c018b10727ccffd2ef2ec3a016ee9' } },
    { actor: { id: 'urn:nonius:mbox_sha1sum:ebd31e95054c018b10727ccffd2ef2ec3a016ee9' } },
    'exact',
  ],
  [
    'a group that acts, of which the general event is told',
    { actor: { objectType: 'Group', account: { homePage: 'https://example.edu', name: 'G1' } } },
    { type: 'Event', actor: { id: 'https://example.edu/G1', type: 'Group' } },
    'close',
  ],
  [
    'a score: the attempt is graded',
    { verb: { id: `${adl}scored` }, result: { score: { raw: 8, max: 10 }, success: true } },
    {
      type: 'GradeEvent',
      action: 'Graded',
      object: { type: 'Attempt', assignable: { id: 'https://example.edu/quizzes/1' } },
      generated: { type: 'Score', scoreGiven: 8, maxScore: 10 },
    },
    'exact',
  ],
  [
    'a score that is only scaled',
    { verb: { id: `${adl}passed` }, result: { score: { scaled: 0.75 } } },
    { type: 'GradeEvent', generated: { type: 'Score', scoreGiven: 0.75, maxScore: 1 } },
    'close',
  ],
  [
    'an answer',
    {
      verb: { id: `${adl}answered` },
      object: activity('https://example.edu/questions/1', 'question'),
      result: { response: 'blue', duration: 'PT9S' },
    },
    {
      type: 'AssessmentItemEvent',
      action: 'Completed',
      generated: { type: 'OpenEndedResponse', value: 'blue', duration: 'PT9S' },
    },
    'exact',
  ],
  [
    'where in a video',
    {
      verb: { id: `${video}paused` },
      object: clip,
      result: { extensions: { 'https://w3id.org/xapi/video/extensions/time': 16.634 } },
    },
    { type: 'MediaEvent', action: 'Paused', target: { currentTime: 'PT16.634S' } },
    'exact',
  ],
  [
    'course, platform, registration, part of',
    {
      verb: { id: 'http://id.tincanapi.com/verb/viewed' },
      object: { id: 'https://example.edu/pages/1', definition: { type: `${as}page` } },
      context: {
        registration: id.toUpperCase(),
        platform: 'Moodle',
        contextActivities: {
          // xAPI 1.0.3 lets one stand without an array.
          parent: activity('https://example.edu/units/1', 'module'),
          grouping: [
            activity('https://example.edu'),
            activity('https://example.edu/c/1', 'course'),
          ],
        },
      },
    },
    {
      type: 'ViewEvent',
      object: { type: 'Page', isPartOf: { type: 'DigitalResourceCollection' } },
      group: { id: 'https://example.edu/c/1', type: 'CourseOffering' },
      session: { id: `urn:uuid:${id}`, type: 'Session' },
      edApp: { type: 'SoftwareApplication', name: 'Moodle' },
    },
    'close',
  ],
  [
    'a verb that Caliper has no word for',
    { verb: { id: 'https://example.edu/verbs/juggled' } },
    { type: 'Event', action: 'Used', object: { type: 'Assessment' } },
    'generic',
  ],
  [
    'a launch, whose LTI session a statement does not tell',
    {
      verb: { id: `${adl}launched` },
      object: { ...clip, definition: { type: `${as}application` } },
    },
    { type: 'Event', action: 'Launched', object: { type: 'SoftwareApplication' } },
    'close',
  ],
  [
    'a statement about a statement',
    {
      verb: { id: `${adl}voided` },
      object: { objectType: 'StatementRef', id: id.toUpperCase() },
    },
    { type: 'Event', object: { id: `urn:uuid:${id}` } },
    'generic',
  ],
  [
    'a statement in a statement',
    {
      object: {
        objectType: 'SubStatement',
        actor: { mbox: 'mailto:ben@example.edu' },
        verb: { id: `${adl}completed` },
        object: activity('https://example.edu/quizzes/1'),
      },
    },
    { type: 'Event', action: 'Completed' },
    'generic',
  ],
  [
    'no time and no id, as a file may have it',
    { id: undefined, timestamp: undefined },
    { id: fallback.id, eventTime: fallback.at },
    'exact',
  ],
]

const withoutUndefined = (value: Json) => JSON.parse(JSON.stringify(value)) as Json

describe('a statement as an event', () => {
  for (const [says, given, expected, match] of statements) {
    it(`says ${says}`, () => {
      const before = withoutUndefined(statement(given))
      const { document, match: found } = toCaliper(before, fallback)
      expect(document).toMatchObject(expected)
      expect(found as string).toBe(match)
      const errors = checkItem(document, 'event', '1.2').filter(
        (one) => one.rule.severity === 'error',
      )
      expect(errors).toEqual([])
      expect(toXapi(document, fallback).document).toEqual(before)
    })
  }

  it('conforms to Caliper 1.2 whatever the verb and the activity type are', () => {
    const nobody = { 'https://example.edu/': ['verbs/juggled'] }
    const verbs = Object.entries({ [adl]: ['launched', 'scored', 'attempted'], ...nobody })
    for (const [space, names] of verbs) {
      for (const name of names) {
        for (const type of ['assessment', 'question', 'course', 'link', 'objective', 'nothing']) {
          const object = activity('https://example.edu/1', type, 'It')
          const given = statement({ verb: { id: space + name }, object })
          const { document } = toCaliper(given, fallback)
          const found = checkItem(document, 'event', '1.2')
          expect(found.filter(({ rule }) => rule.severity === 'error')).toEqual([])
        }
      }
    }
  })
})

const event = (changes: Json = {}): Json => ({
  '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  id: `urn:uuid:${id}`,
  type: 'ViewEvent',
  actor: { id: 'https://example.edu/users/1', type: 'Person' },
  action: 'Viewed',
  object: { id: 'https://example.edu/pages/1', type: 'WebPage', name: 'One' },
  eventTime: '2026-11-21T09:30:00.000Z',
  ...changes,
})

/** An event, the statement that it becomes, as far as this says, and how well. */
const events: [says: string, given: Json, statement: Json, match: string][] = [
  [
    'who, what and when',
    {},
    {
      id,
      actor: { account: { homePage: 'https://example.edu', name: 'https://example.edu/users/1' } },
      verb: { id: 'http://id.tincanapi.com/verb/viewed', display: { en: 'viewed' } },
      object: { objectType: 'Activity', definition: { name: { und: 'One' } } },
      timestamp: '2026-11-21T09:30:00.000Z',
    },
    'exact',
  ],
  [
    "an action of which xAPI has no verb, as Caliper's own IRI",
    { type: 'AnnotationEvent', action: 'Highlighted' },
    { verb: { id: 'http://purl.imsglobal.org/caliper/actions/Highlighted' } },
    'generic',
  ],
  [
    'a grade, on what was attempted',
    {
      type: 'GradeEvent',
      action: 'Graded',
      object: {
        id: 'https://example.edu/attempts/1',
        type: 'Attempt',
        assignable: { id: 'https://example.edu/quizzes/1', type: 'Assessment' },
      },
      generated: { id: 'https://example.edu/scores/1', type: 'Score', scoreGiven: 8, maxScore: 10 },
    },
    {
      verb: { id: `${adl}scored` },
      object: { id: 'https://example.edu/quizzes/1' },
      result: { score: { raw: 8, max: 10 } },
    },
    'exact',
  ],
  [
    'extra credit, which is above what xAPI lets a maximum be',
    {
      type: 'GradeEvent',
      action: 'Graded',
      generated: { id: '_:score', type: 'Score', scoreGiven: 11, maxScore: 10 },
    },
    { result: { score: { raw: 11 } } },
    'exact',
  ],
  [
    'course, application and session',
    {
      group: { id: 'https://example.edu/c/1', type: 'CourseSection' },
      edApp: { id: 'https://example.edu/lms', type: 'SoftwareApplication' },
      session: { id: `urn:uuid:${id}`, type: 'Session' },
    },
    {
      context: {
        registration: id,
        platform: 'https://example.edu/lms',
        contextActivities: { grouping: [{ id: 'https://example.edu/c/1' }] },
      },
    },
    'exact',
  ],
  [
    'a session whose id is no UUID, in the extension',
    { session: { id: 'https://example.edu/sessions/1', type: 'Session' } },
    {
      context: {
        extensions: {
          'urn:nonius:caliper': { has: { session: { id: 'https://example.edu/sessions/1' } } },
        },
      },
    },
    'exact',
  ],
  [
    'an event of 1.0, whose form is in the extension',
    {
      '@context': 'http://purl.imsglobal.org/ctx/caliper/v1/Context',
      '@type': 'ViewEvent',
      type: undefined,
    },
    { verb: { id: 'http://id.tincanapi.com/verb/viewed' } },
    'exact',
  ],
]

describe('an event as a statement', () => {
  for (const [says, given, expected, match] of events) {
    it(`says ${says}`, () => {
      const before = withoutUndefined(event(given))
      const { document, match: found } = toXapi(before, fallback)
      expect(document).toMatchObject(expected)
      expect(found as string).toBe(match)
      expect(toCaliper(document, fallback).document).toEqual(before)
    })
  }

  it('takes an extension of ours that somebody else wrote for no more than an extension', () => {
    for (const forged of [7, [], { lacks: [7] }, { has: 'x' }]) {
      const given = event({ extensions: { 'urn:nonius:xapi': forged } })
      const { document } = toXapi(given, fallback)
      expect(document.id).toBe(id)
      expect(toCaliper(document, fallback).document).toEqual(given)
      expect(objectIn(objectIn(document, 'context'), 'extensions')).toMatchObject({
        'urn:nonius:xapi': forged,
      })
    }
  })
})
