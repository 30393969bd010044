import { describe, expect, it } from 'bun:test'
import { aRecord } from '../../../tests/support/records'
import { reduceAll, reduced, reducedFrom, withFields } from '../../../tests/support/reduced'
import type { EventRecord } from '../../event/record'
import type { ReducedEvent } from '../reducer'
import { currentDocument } from './current-document'
import { lastActivity } from './last-activity'
import { timeOnTask } from './time-on-task'

const NINE = Date.parse('2026-11-30T09:00:00.000Z')

/** At so many seconds after nine, and so many later it arrives. */
function at(seconds: number, changes: Partial<EventRecord> = {}, later = 1): ReducedEvent {
  const iso = (ms: number) => new Date(NINE + ms * 1000).toISOString()
  const times = { eventTime: iso(seconds), receivedAt: iso(seconds + later) }
  return reduced(aRecord({ occurredAt: times.eventTime, ...times, ...changes }))
}

const on = (objectId: string, objectType = 'Document') => ({
  objectId,
  objectType,
  objectName: undefined,
})

// One morning of Amy, sent in three standards by three tools.
const page = { id: 'https://example.edu/pages/1', type: 'WebPage', name: 'Cells' }
const viewed = {
  '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  ...{ id: 'urn:uuid:0d3f3d5a-9a53-4f2a-8e0e-1f2d3c4b5a03', type: 'ViewEvent', action: 'Viewed' },
  ...{ actor: { id: 'https://example.edu/users/amy', type: 'Person' }, object: page },
  eventTime: '2026-11-30T09:00:00.000Z',
}
const experienced = {
  ...{ id: 'fd41c918-b88b-4b20-a0a5-a4c32391aaa0', timestamp: '2026-11-30T09:02:00.000Z' },
  actor: { account: { homePage: 'https://example.edu', name: 'amy' } },
  verb: { id: 'http://adlnet.gov/expapi/verbs/experienced' },
  object: {
    id: 'https://example.edu/books/biology',
    definition: { type: 'http://id.tincanapi.com/activitytype/document', name: { en: 'Biology' } },
  },
}
const wrote = {
  ...{ event_type: 'document_loaded', timestamp: '2026-11-30T09:05:00.000Z', user_id: 'amy' },
  source: 'editor',
  payload: {
    object: {
      id: '1cTe0lHt5D3vQ',
      title: 'My summer',
      url: 'https://docs.google.com/document/d/1cTe0lHt5D3vQ/edit',
    },
  },
}
const morning = Promise.all([
  reducedFrom('caliper', viewed),
  reducedFrom('xapi', experienced),
  reducedFrom('native', wrote),
])

describe('one morning in three standards', () => {
  it('has its time on task', async () => {
    // 2 minutes on the page until the book, 3 on the book until the document: 5 in one sitting.
    expect(reduceAll(timeOnTask, await morning).shown).toEqual({
      activeMinutes: 5,
      sittings: 1,
      lastSeen: '2026-11-30T09:05:00.000Z',
      tasks: [
        {
          id: '1cTe0lHt5D3vQ',
          name: 'My summer',
          type: 'Document',
          minutes: 0,
          lastSeen: '2026-11-30T09:05:00.000Z',
        },
        {
          id: experienced.object.id,
          name: 'Biology',
          type: 'Document',
          minutes: 3,
          lastSeen: '2026-11-30T09:02:00.000Z',
        },
        {
          id: page.id,
          name: 'Cells',
          type: 'WebPage',
          minutes: 2,
          lastSeen: '2026-11-30T09:00:00.000Z',
        },
      ],
      otherMinutes: 0,
      late: 0,
    })
  })

  it('has its last activity, in whatever order it comes', async () => {
    const events = await morning
    const { shown } = reduceAll(lastActivity, events)
    expect(shown).toMatchObject({
      ...{ events: 3, firstSeen: '2026-11-30T09:00:00.000Z', at: '2026-11-30T09:05:00.000Z' },
      ...{ type: 'document_loaded', action: 'Viewed', objectName: 'My summer', source: 'demo' },
    })
    expect(reduceAll(lastActivity, [...events].reverse()).shown).toEqual(shown)
  })

  it('has its current document, and those before', async () => {
    const events = await morning
    const { shown } = reduceAll(currentDocument, events)
    expect(shown).toMatchObject({
      current: { id: '1cTe0lHt5D3vQ', title: 'My summer', url: wrote.payload.object.url },
      before: [{ title: 'Biology' }, { title: 'Cells', type: 'WebPage' }],
    })
    expect(reduceAll(currentDocument, [...events].reverse()).shown).toEqual(shown)
  })
})

describe('time on task', () => {
  const shown = (events: ReducedEvent[]) => reduceAll(timeOnTask, events).shown

  it('counts a pause of 5 minutes, and none of a longer one', () => {
    const events = [at(0, on('a')), at(300, on('a')), at(601, on('b')), at(661, on('b'))]
    // 300 s on a; 301 s are a pause; 60 s on b.
    expect(shown(events)).toMatchObject({
      ...{ activeMinutes: 6, sittings: 2 },
      tasks: [
        { id: 'b', minutes: 1 },
        { id: 'a', minutes: 5 },
      ],
    })
  })

  it('joins what two devices send, the later first', () => {
    // Both pauses of 400 s are bridged by what a second device had seen: 800 s.
    const events = [
      at(0, on('a')),
      at(400, on('a')),
      at(800, on('a')),
      at(200, on('b')),
      at(600, on('b')),
    ]
    // Of each, 200 s belong to a, until b was opened, and 200 s to b.
    expect(shown(events)).toMatchObject({
      ...{ activeMinutes: 13.3, sittings: 1 },
      tasks: [
        { id: 'b', minutes: 6.7 },
        { id: 'a', minutes: 6.7 },
      ],
    })
  })

  it('takes how long something took, once', () => {
    const taking = { ...on('quiz', 'Assessment'), durationMs: 1_200_000 }
    // 20 minutes before 09:30:00, of which 5 s were seen: from 09:10:00 to 09:30:00.
    expect(shown([at(900), at(905), at(1800, taking)])).toMatchObject({ activeMinutes: 20 })
    // A day is a sum, a session's end says how long somebody was there, and so does a time-out.
    for (const durationMs of [86_400_000, Number.NaN, -5, Number.POSITIVE_INFINITY]) {
      expect(shown([at(9_000, { ...taking, durationMs })])).toMatchObject({ activeMinutes: 0 })
    }
    for (const none of [
      { objectType: 'Session' },
      { commonAction: 'LoggedOut' },
      { commonAction: 'TimedOut' },
    ]) {
      expect(shown([at(9_000, { ...taking, ...none })])).toMatchObject({ activeMinutes: 0 })
    }
  })

  it('counts a question for the quiz that it is in', () => {
    const question = { ...on('q-1', 'AssessmentItem'), assignableId: 'quiz-1', objectName: 'Why?' }
    const tasks = [{ id: 'quiz-1', minutes: 1, lastSeen: '2026-11-30T09:01:00.000Z' }]
    expect(shown([at(0, question), at(60, question)])).toMatchObject({ tasks })
  })

  it('keeps the sums of what it puts away', () => {
    // 60 sittings of 60 s each on a task of its own, an hour apart: 48 are kept, and 32 tasks.
    const events = Array.from({ length: 60 }, (_, hour) => [
      at(hour * 3600, on(`t${hour}`)),
      at(hour * 3600 + 60, on(`t${hour}`)),
    ]).flat()
    const { state, shown: all } = reduceAll(timeOnTask, [...events, at(30, on('t0'))])
    expect(all).toMatchObject({ activeMinutes: 60, sittings: 60, otherMinutes: 28, late: 1 })
    expect([state.sittings.length, state.tasks.length]).toEqual([48, 32])
  })
})

describe("what is no deed of the learner's", () => {
  const none: Partial<EventRecord>[] = [
    { kind: 'entity' },
    { category: 'protocol', type: 'lock_fields' },
    { category: 'client', type: 'BROWSER_INFO' },
    { retentionClass: 'system', type: 'page_load_time' },
    { actorType: 'SoftwareApplication' },
    { actorType: 'CourseSection' },
    { actorId: 'https://tool.example', edAppId: 'https://tool.example' },
    { commonAction: 'Graded', objectType: 'Attempt', type: 'GradeEvent' },
    { commonAction: 'Graded', membershipRoles: ['Instructor'] },
    { actorId: undefined },
  ]

  it('moves nothing', () => {
    for (const changes of none) {
      const event = { ...at(5), ...changes }
      for (const reducer of [timeOnTask, lastActivity, currentDocument]) {
        const start = structuredClone(reducer.start) as never
        expect(reducer.reduce(start, event)).toBe(start)
      }
    }
  })
})

describe('the current document', () => {
  const shown = (events: ReducedEvent[]) => reduceAll(currentDocument, events).shown

  it('says since when, and forgets what was deleted', () => {
    const events = [
      at(0, on('a')),
      at(10, on('b', 'Page')),
      at(20, on('c')),
      at(30, on('c')),
      at(40, on('a')),
    ]
    expect(shown(events)).toMatchObject({
      current: {
        id: 'a',
        since: '2026-11-30T09:00:40.000Z',
        firstSeen: '2026-11-30T09:00:00.000Z',
      },
      before: [
        { id: 'c', since: '2026-11-30T09:00:20.000Z', lastSeen: '2026-11-30T09:00:30.000Z' },
        { id: 'b', type: 'Page' },
      ],
    })
    const deleted = at(50, { ...on('a'), commonAction: 'Deleted' })
    expect(shown([...events, deleted])).toMatchObject({ current: { id: 'c' } })
    expect(shown([at(0, on('a', 'Assessment'))])).toEqual({ before: [] })
  })

  it('finds a document of Google Docs by its address, and takes no other kind of address', () => {
    const opened = (url: string) => {
      const object = { object: { url } }
      const event = { ...at(0), ...on('', 'Document'), objectId: undefined }
      return shown([withFields({ ...event, sent: { client: object, connection: {} } })])
    }
    const url = 'https://docs.google.com/document/u/1/d/1cTe0lHt5D3vQ/edit'
    expect(opened(url)).toMatchObject({ current: { id: '1cTe0lHt5D3vQ', url } })
    for (const other of [
      'javascript:alert(1)',
      'https://docs.google.com/document/',
      'x'.repeat(9999),
    ]) {
      expect(opened(other)).toEqual({ before: [] })
    }
  })

  it('never believes a time after its arrival', () => {
    const ahead = at(86_400, { ...on('a'), occurredAt: undefined }, -86_000)
    expect(shown([ahead])).toMatchObject({ current: { lastSeen: '2026-11-30T09:06:40.000Z' } })
  })
})
