import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { aRecord } from '../../../tests/support/records'
import { reduceAll, withFields } from '../../../tests/support/reduced'
import type { ReducedEvent } from '../reducer'
import { builtInReducers } from './index'
import { textLength } from './text-length'

const BASE = Date.parse('2026-11-30T09:00:00.000Z')
const iso = (seconds: number) => new Date(BASE + seconds * 1000).toISOString()

const id = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    '__proto__',
    'constructor',
    'toString',
    '#1',
    '',
    '\u0000',
    '\ud83c',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constant('x'.repeat(600)),
  fc.constant('🌞'.repeat(300)),
)
const number = fc.oneof(
  fc.integer({ min: -2, max: 50 }),
  fc.double(),
  fc.constantFrom(2 ** 53, 1e300, -0),
)
const command = fc.letrec((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      ty: fc.constantFrom('is', 'iss'),
      ibi: number,
      s: fc.oneof(fc.string({ maxLength: 60 }), number),
    }),
    fc.record({ ty: fc.constantFrom('ds', 'dss'), si: number, ei: number }),
    fc.record({ ty: fc.constantFrom('as', 'rvrt', '__proto__', null, 7) }),
    fc.record({ ty: fc.constant('mlti'), mts: fc.array(tie('one'), { maxLength: 3 }) }),
    fc.record({ ty: fc.constant('nm'), nmr: fc.array(id, { maxLength: 2 }), nmc: tie('one') }),
    fc.jsonValue({ maxDepth: 2 }),
  ),
}))
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const word = (text: string) => some(fc.constantFrom(...text.split(' ')))

/** Members of what was sent that some reducer reads, with right and with wrong values. */
const said = fc.record(
  {
    bundles: fc.oneof(
      fc.array(fc.record({ commands: fc.array(command.one, { maxLength: 4 }) }), { maxLength: 3 }),
      fc.jsonValue(),
    ),
    history: fc.oneof(
      fc.record({ changelog: fc.array(fc.tuple(command.one, number), { maxLength: 4 }) }),
      fc.jsonValue(),
    ),
    rev: fc.constantFrom(1, '1', null, {}),
    tab_id: id,
    event_type: fc.constantFrom('keydown', 'keyup', 7),
    keystroke: fc.record({ key: fc.oneof(id, fc.constantFrom('Backspace', 7)) }),
    mastery_level: fc.oneof(number, id, fc.constant([])),
    concept_id: fc.oneof(id, number, fc.constant({})),
    concept_tags: fc.array(fc.oneof(id, fc.record({ id, name: id }), fc.jsonValue()), {
      maxLength: 20,
    }),
    object: fc.record(
      {
        url: id,
        assignee: id,
        learningObjectives: fc.jsonValue(),
        isPartOf: fc.jsonValue(),
        assignable: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
    context: fc.record({
      contextActivities: fc.record({ parent: fc.jsonValue(), grouping: fc.jsonValue() }),
    }),
    extra: fc.jsonValue({ maxDepth: 3 }),
  },
  { requiredKeys: [] },
)

// Standards read no number that is none (`standards/hostile.test.ts`).
const amount = number.filter(Number.isFinite)

const event: fc.Arbitrary<ReducedEvent> = fc
  .record({
    type: fc.constantFrom(
      'google_docs_save',
      'keystroke',
      'document_history',
      'concept_mastered',
      'ViewEvent',
    ),
    commonAction: word('Started Submitted Completed Graded Modified Viewed Deleted LoggedOut'),
    objectType: word('Document Assessment AssessmentItem Attempt LearningObjective Session'),
    objectId: some(id),
    objectName: some(id),
    assignableId: some(id),
    attemptId: some(id),
    sessionId: some(id),
    score: some(amount),
    maxScore: some(amount),
    success: some(fc.boolean()),
    durationMs: some(amount),
    at: fc.integer({ min: 0, max: 100_000 }),
    ahead: fc.integer({ min: -500, max: 500 }),
    sent: fc.oneof(
      said.map((payload) => ({ payload })),
      said.map((client) => ({ client, locked: { doc_id: 'd' }, connection: { id: 'c' } })),
      said,
    ),
  })
  .map(({ at, ahead, sent, ...changes }) => {
    const times = {
      eventTime: iso(at + ahead),
      occurredAt: iso(Math.min(at, at + ahead)),
      receivedAt: iso(at),
    }
    const { raw, server, ...record } = aRecord({ ...changes, ...times } as never)
    return withFields({ ...record, sent: JSON.parse(JSON.stringify(sent)) })
  })

// A state of more is refused by whoever runs reducers.
const MAX_STATE_BYTES = 64 * 1024

describe('whatever comes', () => {
  const events = fc.array(event, { minLength: 1, maxLength: 40 })

  it('makes a state of JSON that is bounded, by a function that changes and keeps nothing', () => {
    fc.assert(
      fc.property(events, (list) => {
        for (const reducer of builtInReducers) {
          // Each state goes through JSON, and is frozen before it is given to the reducer again.
          const once = reduceAll(reducer, list)
          expect(reduceAll(reducer, list)).toEqual(once)
          const text = JSON.stringify([once.state, once.shown])
          expect(text.length).toBeLessThan(2 * MAX_STATE_BYTES)
          expect(text).not.toMatch(/null|NaN/)
          expect(Buffer.from(text).toString()).toBe(text)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('leaves a state that is bounded by its lists, when everything is new and long', () => {
    const sizes = ['x', '\u0000', '海', '\ud83c'].flatMap((filling) =>
      builtInReducers.map((reducer) => {
        const long = (word: string, at: number) => `${at}${word}${filling.repeat(2_000)}`
        let state: unknown = reducer.start
        for (let at = 0; at < 250; at += 1) {
          const { type } = { type: reducer.types?.[0] ?? long('t', at) }
          const names = {
            objectId: long('o', at),
            objectName: long('n', at),
            attemptId: long('a', at),
          }
          const result = { score: 1 / 3, maxScore: at, commonAction: 'Submitted', success: true }
          // An attempt of an assessment, which half of them share, or a document.
          const of = { assignableId: reducer.name.startsWith('a') ? long('q', at % 20) : undefined }
          const times = {
            eventTime: iso(at * 999),
            occurredAt: iso(at * 999),
            receivedAt: iso(at * 999),
          }
          const record = aRecord({
            ...names,
            ...result,
            ...of,
            ...times,
            type,
            objectType: 'Document',
          })
          const { raw, server, ...event } = record
          const url = `https://example.edu/${'u'.repeat(2_000)}`
          const bundles = [{ commands: [{ ty: 'is', ibi: 1, s: 'x' }] }]
          const sent = {
            concept_id: long('c', at),
            bundles,
            tab_id: long('t', at),
            object: { url },
          }
          state = reducer.reduce(state, withFields({ ...event, sent }))
        }
        return [reducer.name, Math.ceil(Buffer.byteLength(JSON.stringify(state)) / 1024)]
      }),
    )
    const kilobytes = sizes.map(([, size]) => Number(size))
    expect(Math.max(...kilobytes)).toBeGreaterThan(20)
    expect(Math.max(...kilobytes)).toBeLessThan(MAX_STATE_BYTES / 1024)
  })
})

describe('the length of a text', () => {
  it('is that of the text, whatever is typed and deleted', () => {
    const edit = fc.record({
      at: fc.nat(),
      text: fc.string({ maxLength: 8 }),
      remove: fc.nat({ max: 6 }),
    })
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 40 }), (list) => {
        let text = ''
        const saves = list.map(({ at, text: typed, remove }, index) => {
          const place = at % (text.length + 1)
          const gone = Math.min(remove, text.length - place)
          const commands: object[] = []
          if (gone > 0) commands.push({ ty: 'ds', si: place + 1, ei: place + gone })
          commands.push({ ty: 'is', ibi: place + 1, s: typed })
          text = text.slice(0, place) + typed + text.slice(place + gone)
          const times = { eventTime: iso(index), occurredAt: iso(index), receivedAt: iso(index) }
          const record = aRecord({ ...times, type: 'google_docs_save', objectId: 'd' })
          return withFields({
            ...record,
            sent: { payload: { bundles: [{ commands }], rev: index + 1 } },
          })
        })
        const { shown } = reduceAll(textLength, saves)
        expect(shown).toMatchObject({ length: text.length, isExact: list.length > 0 })
      }),
      { numRuns: 60 },
    )
  })
})
