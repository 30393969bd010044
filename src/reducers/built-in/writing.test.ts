import { describe, expect, it } from 'bun:test'
import {
  DOCUMENT,
  saved,
  style,
  writingSession,
} from '../../../tests/support/observer/writing-session'
import { aRecord } from '../../../tests/support/records'
import { reduceAll, reducedFrom, withFields } from '../../../tests/support/reduced'
import type { ReducedEvent } from '../reducer'
import { edits } from './edits'
import { textLength } from './text-length'

/* Seconds are those of 09:00 in UTC, by the clock of Amy's Chromebook. */
const NINE = Date.parse('2026-11-30T09:00:00.000Z')

function frame(seconds: number, event: string, client: object): ReducedEvent {
  const at = new Date(NINE + seconds * 1000).toISOString()
  const { raw, server, ...record } = aRecord({
    ...{ standard: 'native', type: event, commonAction: 'Modified', category: 'writing' },
    ...{ actorId: 'gc-104233', actorType: undefined, sessionId: 'connection-1' },
    ...{ objectId: DOCUMENT, objectType: 'Document', objectName: 'My summer' },
    ...{ eventTime: at, occurredAt: at, receivedAt: at },
  })
  const locked = { source: 'org.mitros.writing_analytics', version: '0.0.0.4' }
  const connection = { id: 'connection-1', frame: 1, at }
  return withFields({
    ...record,
    sent: { client: { event, ...client }, locked, auth: null, connection },
  })
}

function save(seconds: number, bundles: object[][], more: object = {}): ReducedEvent {
  return frame(seconds, 'google_docs_save', { ...saved(bundles), ...more })
}

const session = writingSession.map(({ seconds, client }) =>
  frame(seconds, 'google_docs_save', client),
)

describe('the writing of a session', () => {
  const { shown } = reduceAll(edits, session)

  it('counts what was typed, pasted, deleted and suggested', () => {
    expect(shown).toMatchObject({
      saves: 7,
      // 5 + 4 + 8 + 5 + 1 + 2 units in six insertions.
      typed: { times: 6, length: 25 },
      pasted: { times: 1, length: 60 },
      // "hot", and the sentence.
      deleted: { times: 2, length: 26 },
      suggested: { times: 1, length: 4 },
      unread: 0,
      edits: 9,
      firstEdit: '2026-11-30T09:00:00.000Z',
      lastEdit: '2026-11-30T09:01:15.000Z',
    })
  })

  it('has a speed of typing over the times that are known', () => {
    // 8 + 5 + 1 + 0 + 2 = 16 units in 2 + 2 + 3 + 3 + 5 = 15 s: 64 a minute.
    expect(shown).toMatchObject({ typingSpeed: 64, typingMinutes: 0.3 })
  })

  it('follows the length of the text', () => {
    // Steps are of 10 s, of which the last counts: 7 s, 67 s, 75 s. 70 s and 75 s are one step.
    expect(reduceAll(textLength, session).shown).toEqual({
      length: 63,
      isExact: true,
      longest: 80,
      overTime: [
        { at: '2026-11-30T09:00:07.000Z', length: 20 },
        { at: '2026-11-30T09:01:07.000Z', length: 80 },
        { at: '2026-11-30T09:01:15.000Z', length: 63 },
      ],
    })
  })

  it('reads the same events as anybody sends them, without the stream', async () => {
    const sent = session.map(({ eventTime, sent }) => {
      const { event, ...payload } = (sent as { client: { event: string } }).client
      return { event_type: event, timestamp: eventTime, user_id: 'amy', source: 'editor', payload }
    })
    const events = await Promise.all(sent.map((item) => reducedFrom('native', item)))
    expect(events[0]).toMatchObject({ objectId: DOCUMENT, objectType: 'Document' })
    expect(reduceAll(edits, events).shown).toEqual(shown)
    expect(reduceAll(textLength, events).shown).toMatchObject({ length: 63, longest: 80 })
  })
})

describe('a document that was there before', () => {
  it('is at least as long as the places that are named', () => {
    const events = [
      // 20 units stand before the first that is seen, then 3 more: at least 23.
      save(0, [[{ ty: 'is', ibi: 21, s: 'abc' }]], { rev: 812 }),
      // Up to 40 there must have been text, of which 31 to 40 goes: 30.
      save(20, [[{ ty: 'ds', si: 31, ei: 40 }]], { rev: 813 }),
    ]
    expect(reduceAll(textLength, events).shown).toMatchObject({ length: 30, isExact: false })
  })

  it('is known as a whole by its history, whoever wrote it', () => {
    const changelog = [
      // "Dear diary" at 08:00:00, 10 units; by a teacher.
      [{ ty: 'is', ibi: 1, s: 'Dear diary' }, NINE - 3_600_000, 'teacher', 1],
      // At 08:30:00 "diary" goes: 5 units remain.
      [{ ty: 'mlti', mts: [{ ty: 'ds', si: 6, ei: 10 }, style] }, NINE - 1_800_000, 'amy', 2],
    ]
    const said = { history: { changelog }, object: { type: 'Google Docs', id: DOCUMENT } }
    const events = [
      ...session,
      frame(80, 'document_history', said),
      save(90, [[{ ty: 'is', ibi: 6, s: 'you' }]]),
    ]
    expect(reduceAll(textLength, events).shown).toEqual({
      length: 8,
      isExact: true,
      longest: 10,
      overTime: [
        { at: '2026-11-30T08:00:00.000Z', length: 10 },
        { at: '2026-11-30T08:30:00.000Z', length: 5 },
        { at: '2026-11-30T09:01:20.000Z', length: 5 },
        { at: '2026-11-30T09:01:30.000Z', length: 8 },
      ],
    })
    // A history is no work of the learner's.
    expect(edits.types).not.toContain('document_history')
  })

  it('has a course of few points, whatever its history', () => {
    // A letter every 9 s for 15 hours: steps of 10 s are doubled 7 times, to 1,280 s: 42 or 43 of them.
    const changelog = Array.from({ length: 6_000 }, (_, at) => [
      ...[{ ty: 'is', ibi: at + 1, s: 'x' }, NINE - 54_000_000 + at * 9_000],
    ])
    const { state } = reduceAll(textLength, [
      frame(0, 'document_history', { history: { changelog } }),
    ])
    const { points, step } = state.course
    expect([step, points.at(-1)]).toEqual([1_280_000, [NINE, 6_000]])
    expect(points.length).toBeGreaterThan(20)
    // Each point has the length of its time, to a letter or two.
    for (const [at, length] of points.slice(0, -1)) {
      expect(Math.abs((at - NINE + 54_000_000) / 9_000 + 1 - length)).toBeLessThan(2)
    }
  })

  it('begins with what was there when its history begins later', () => {
    const history = {
      chunkedSnapshot: [[{ ty: 'is', ibi: 1, s: 'There before' }, style], []],
      changelog: [[{ ty: 'ds', si: 6, ei: 12 }, NINE, 'amy', 40]],
    }
    const { shown } = reduceAll(textLength, [frame(5, 'document_loaded', { history })])
    expect(shown).toMatchObject({ length: 5, isExact: true, longest: 12 })
  })

  it('has a text in each tab', () => {
    const inTab = { ty: 'nm', nmr: ['ksm', 't.b7'], nmc: { ty: 'is', ibi: 1, s: 'Notes' } }
    const events = [
      save(0, [[{ ty: 'is', ibi: 1, s: 'Essay of mine' }, inTab]], { rev: 1 }),
      save(9, [[{ ty: 'is', ibi: 6, s: '!' }]], { tab_id: 't.b7' }),
      save(12, [[{ ty: 'ds', si: 1, ei: 6 }]]),
    ]
    // 13 and 5, then 13 and 6, then 7 and 6.
    expect(reduceAll(textLength, events).shown).toMatchObject({
      length: 13,
      longest: 19,
      isExact: true,
    })
  })
})

describe('what cannot be read', () => {
  const broken: unknown[] = [
    { ty: 'is', ibi: 0, s: 'x' },
    { ty: 'is', ibi: 1.5, s: 'x' },
    { ty: 'is', ibi: '1', s: 'x' },
    { ty: 'is', ibi: 1 },
    { ty: 'is', ibi: 2_040_000, s: 'x' },
    { ty: 'is', ibi: 1e300, s: 'x' },
    { ty: 'ds', si: 2, ei: 1 },
    { ty: 'ds', si: 1, ei: 9e15 },
    { ty: 'ds' },
    { ty: 'rewrite' },
    { ty: ['is'], ibi: 1, s: 'x' },
    { ty: 'nm', nmr: 7 },
    { __proto__: null },
    null,
    'is',
    [],
  ]

  it('is counted, and changes no length', () => {
    const events = [
      save(0, [[{ ty: 'is', ibi: 1, s: 'Right' }]], { rev: 1 }),
      save(3, [broken as object[]]),
    ]
    expect(reduceAll(edits, events).shown).toMatchObject({ unread: broken.length, edits: 1 })
    expect(reduceAll(textLength, events).shown).toMatchObject({ length: 5, isExact: false })
  })

  it('may stand where bundles or commands should', () => {
    for (const bundles of [
      null,
      'x',
      7,
      {},
      [null],
      [{ commands: 7 }],
      [[]],
      [{ commands: [[[]]] }],
    ]) {
      const { shown } = reduceAll(edits, [frame(0, 'google_docs_save', { bundles })])
      expect(shown).toMatchObject({ saves: 1, edits: 0 })
    }
  })

  it('is nested without end', () => {
    let command: object = { ty: 'is', ibi: 1, s: 'deep' }
    for (let depth = 0; depth < 5_000; depth += 1) command = { ty: 'mlti', mts: [command] }
    const { unread, ...others } = edits.reduce(edits.start, save(0, [[command]]))
    expect(unread).toBe(1)
    expect(others.typed.length).toBe(0)
  })
})

describe('keys', () => {
  const key = (seconds: number, name: string, event_type = 'keydown') =>
    frame(seconds, 'keystroke', { event_type, keystroke: { key: name, altKey: false } })

  it('are counted when they go down, and characters are timed', () => {
    const events = [
      key(0, 'h'),
      key(0.1, 'h', 'keyup'),
      key(0.5, 'i'),
      key(1, 'Backspace'),
      key(1.5, 'o'),
      key(2, 'Shift'),
      // After half a minute a new run begins, whose first key takes no known time.
      key(32, 'ü'),
      key(33, '🌞'),
    ]
    // 7 down. i, o and the sun are characters with a time: 3 in 0.5 + 0.5 + 0.5 + 0.5 + 1 = 3 s, 60 a minute.
    expect(reduceAll(edits, events).shown).toMatchObject({
      saves: 0,
      keys: { pressed: 7, erasing: 1, typingSpeed: 60 },
    })
  })
})
