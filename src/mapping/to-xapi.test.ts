import { describe, expect, it } from 'bun:test'
import { toCaliper, toXapi } from './convert'
import { type Json, objectIn } from './json'
import { prefixes } from './prefixes'

const fallback = {
  id: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  at: '2026-11-28T12:00:00.000Z',
}
const id = '12345678-1234-4234-8234-123456789abc'
const { adl } = prefixes

const withoutUndefined = (value: Json) => JSON.parse(JSON.stringify(value)) as Json

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
