import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { AppError } from '../../../error/app-error'
import { contentDigest } from '../../../event/content'
import type { Reading } from '../../../event/reading'
import { actions } from '../../caliper/model/actions'
import { nativeFiles } from '../files'
import { readNative } from '../parse'
import { viewOf } from '../view'
import { canvas } from './canvas'
import { edx } from './edx'
import { dialectShown, dialects } from './index'
import { segment } from './segment'

const receivedAt = '2026-11-29T12:00:00.000Z'

function read(value: unknown, context: Record<string, string> = {}): Reading {
  return readNative(JSON.stringify(value), { receivedAt, context })
}

const live = { metadata: { event_name: 'logged_in', event_time: receivedAt }, body: {} }
const log = {
  event_type: 'play_video',
  event_source: 'browser',
  time: receivedAt,
  context: { course_id: 'c', user_id: 3 },
  event: { id: 'v1' },
}
const message = { type: 'track', event: 'Opened', userId: 'u1' }
const cloud = { specversion: '1.0', id: '1', source: '/a', type: 'opened' }

describe('an item shows its dialect by its form', () => {
  const shown: [string, Record<string, unknown>, string | undefined][] = [
    ['Canvas', live, 'canvas'],
    ['New Quizzes', { attributes: { event_name: 'quizzes.quiz_created' }, body: {} }, 'canvas'],
    ['a tracking log', log, 'edx'],
    ['Segment', message, 'segment'],
    ['a CloudEvent', cloud, 'cloudevents'],
    ['a native event', { event_type: 'a' }, undefined],
    [
      'a native event with members of all others',
      { ...live, ...message, ...cloud, event_type: 'a' },
      undefined,
    ],
    ['a CloudEvent with members of others', { ...live, ...message, ...cloud }, 'cloudevents'],
    ['an event of Canvas with members of Segment', { ...message, ...live }, 'canvas'],
    ['a log with members of all others', { ...live, ...message, ...cloud, ...log }, 'edx'],
    ['a Caliper event', { '@context': 'x', ...message, ...live }, undefined],
    ['a Caliper envelope', { sensor: 'x', dataVersion: 'x', data: [], ...cloud }, undefined],
    ['a statement of xAPI', { actor: {}, verb: {}, object: {} }, undefined],
    ['metadata without a body', { metadata: { event_name: 'a' } }, undefined],
    ['a name that is no text', { metadata: { event_name: 7 }, body: {} }, undefined],
    ['a type that is no call', { type: 'NavigationEvent', userId: 'u1' }, undefined],
    ['a call by nobody', { type: 'track', event: 'a' }, undefined],
    ['a call by the name of a method', { type: 'constructor', userId: 'u1' }, undefined],
    ['a name with a time', { name: 'a', timestamp: receivedAt, context: {}, data: {} }, undefined],
  ]
  for (const [says, item, name] of shown) {
    it(`${says}: ${name ?? 'none'}`, () => {
      expect(dialectShown(item)?.name).toBe(name)
      if (name !== undefined) expect(nativeFiles.isItem(item)).toBe(true)
    })
  }
})

describe('the tables', () => {
  it('name actions that Caliper has', () => {
    const names = ['quiz_submitted', 'logged_in', 'asset_accessed', 'assignment_deleted']
    expect(names.map((name) => canvas.rowOf!(name, {})?.action)).not.toContain(undefined)
    const sent = {
      canvas: [...names, 'grade_change', 'course_completed', 'discussion_entry_created'],
      edx: ['problem_check', 'play_video', 'edx.video.paused', 'seq_next', 'showanswer'],
      segment: ['Signed In', 'Video Playback Completed'],
    }
    for (const dialect of dialects) {
      for (const name of sent[dialect.name as keyof typeof sent] ?? []) {
        const row = dialect.rowOf!(name, { type: 'track' })
        expect(actions.has(row!.action!)).toBe(true)
      }
    }
  })

  it('know no event by the name of a method', () => {
    for (const { rowOf } of [canvas, edx, segment]) {
      expect(rowOf!('constructor', { type: 'track' })).toBeUndefined()
      expect(rowOf!('__proto__', { type: 'page' })).toBeUndefined()
    }
  })
})

describe('the event of a tracking log', () => {
  const packed = (value: unknown, times: number): unknown =>
    times === 0 ? value : packed(JSON.stringify(value), times - 1)
  const events: [string, unknown, string | undefined][] = [
    ['an object', { id: 'v1' }, 'v1'],
    ['text of one', packed({ id: 'v1' }, 1), 'v1'],
    ['text in a text', packed({ id: 'v1' }, 2), 'v1'],
    ['text in a text in a text', packed({ id: 'v1' }, 3), undefined],
    ['a form', 'input_1=blue', undefined],
    ['broken text', '{"id":', undefined],
    ['a list', '[1]', undefined],
    ['nothing', '', undefined],
    ['text of a thousand levels', `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`, undefined],
    ['text of a megabyte', packed({ id: 'x'.repeat(1e6) }, 1), undefined],
  ]
  for (const [says, event, objectId] of events) {
    it(`may be ${says}`, () => {
      const [item] = read({ ...log, event }).items
      expect(item).toMatchObject({ event: { type: 'play_video', actorId: '3' } })
      expect('event' in item! && item.event.objectId).toBe(objectId as string)
    })
  }
})

describe('an item of a dialect', () => {
  it('is refused by the names that its sender has', () => {
    const refused: [Record<string, unknown>, (string | number)[]][] = [
      [{ ...live, metadata: { ...live.metadata, event_time: 'noon' } }, ['metadata', 'event_time']],
      [{ ...live, metadata: { ...live.metadata, user_id: {} } }, ['metadata', 'user_id']],
      [{ ...live, body: 'none' }, ['body']],
      [
        { attributes: { event_name: 'a', event_time: 'noon' }, body: {} },
        ['attributes', 'event_time'],
      ],
      [{ ...log, event_type: 'x'.repeat(257) }, ['event_type']],
      [{ ...cloud, data: { user_id: [] } }, ['data', 'user_id']],
      [{ ...log, time: 'noon' }, ['time']],
      [{ ...cloud, time: 'noon' }, ['time']],
      [{ ...cloud, type: 7 }, ['type']],
      [{ ...message, event: 'x'.repeat(257) }, ['event']],
    ]
    for (const [sent, path] of refused) {
      expect(read([sent]).items).toMatchObject([{ errors: [{ path: [0, ...path] }] }])
      expect([...nativeFiles.check!({ value: sent, text: JSON.stringify(sent) })]).toMatchObject([
        { path },
      ])
    }
  })

  it('has the digest and the id of what was sent, however it is written', () => {
    for (const sent of [live, log, message, cloud]) {
      const turned = Object.fromEntries(Object.entries(sent).toReversed())
      const [one] = read([sent], {}).items
      const [other] = read([turned], {}).items
      const digestOf = (item: typeof one) => 'event' in item! && contentDigest(item.event.raw)
      expect(digestOf(one)).toBe(digestOf(other))
      expect(one!.id).toBe(other!.id)
    }
  })

  it('never makes a view fail, whatever stands where', () => {
    const names = [
      ...['metadata', 'attributes', 'body', 'event_name', 'event_time', 'context', 'context_type'],
      ...['event', 'event_type', 'event_source', 'data', 'data_base64', 'specversion', 'type'],
      ...['time', 'name', 'timestamp', 'properties', 'traits', 'userId', 'batch', 'sentAt'],
    ]
    const value = fc.oneof(
      fc.constantFrom('track', 'page', 'logged_in', 'play_video', '{"id":1}', 'e30=', receivedAt),
      fc.jsonValue(),
    )
    const inner = fc.dictionary(fc.constantFrom(...names), value)
    const item = fc.dictionary(fc.constantFrom(...names), fc.oneof(value, inner))
    const set = fc.constantFrom(undefined, ...dialects.map(({ name }) => name))
    const property = fc.property(item, set, (sent, dialect) => {
      const context = dialect === undefined ? {} : { dialect }
      expect(viewOf(sent, context)).toHaveProperty('members')
      try {
        for (const one of read(sent, context).items) {
          expect('event' in one || one.errors.length > 0).toBe(true)
        }
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(AppError)
      }
    })
    fc.assert(property, { numRuns: 1000 })
  })

  it('costs a native event nothing but a look at its type', () => {
    const item = { event_type: 'a', ...live, ...message }
    expect(viewOf(item, {})).toEqual({ members: item })
    expect(viewOf(item, {}).members).toBe(item)
  })
})
