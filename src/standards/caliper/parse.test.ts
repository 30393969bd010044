import { describe, expect, it } from 'bun:test'
import { aDescribe, anEnvelope, anEnvelopeText, anEvent } from '../../../tests/support/envelopes'
import {
  aGradeEvent,
  anAssessmentEvent,
  aToolLaunchEvent,
  aViewEvent,
} from '../../../tests/support/events'
import { AppError } from '../../error/app-error'
import type { ReadEvent } from '../../event/reading'
import { mediaType } from '../../syntax/media-type'
import { readCaliper } from './parse'

const receivedAt = '2026-11-21T09:30:00.000Z'

function read(text: string) {
  return readCaliper(text, receivedAt).items
}

function readOne(item: unknown, envelope: Record<string, unknown> = {}): ReadEvent {
  const [first] = read(JSON.stringify(anEnvelope([item], envelope)))
  return (first as { event: ReadEvent }).event
}

function thrownBy(text: string): AppError {
  try {
    read(text)
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe('a Caliper envelope is read', () => {
  it('item by item, in order, with what each needs to be read again alone', () => {
    const data = [anEvent(), aDescribe(), 7, anEvent()]
    const envelope = anEnvelope(data)
    const { standard, context, items } = readCaliper(JSON.stringify(envelope), receivedAt)
    expect(standard).toBe('caliper')
    const { sensor, sendTime, dataVersion } = envelope
    expect(context).toEqual({ sensor, sendTime, dataVersion })
    expect(items.map((item) => ('event' in item ? item.event.kind : 'refused'))).toEqual([
      'event',
      'entity',
      'refused',
      'event',
    ])
    expect(items.map(({ index }) => index)).toEqual([0, 1, 2, 3])
  })

  it('keeping of each item the very text that was sent', () => {
    const item =
      '{ "type":"ViewEvent", "id":"urn:x", "n":12345678901234567890, "d":1.10,\n "s":"\\u00e9\\/",\t"n":2,\r\n' +
      ' "eventTime":"2026-11-21T09:30:00Z", "actor":"_:b0", "__proto__":{"a":1} }'
    const [read0, read1] = read(`{"data":[ ${item} , ${item}]}`)
    expect(read0).toMatchObject({ event: { raw: item } })
    expect(read1).toMatchObject({ event: { raw: item } })
  })

  it('by the gate alone: a sensor, a time, a version are not needed to keep events', () => {
    expect(read(JSON.stringify({ data: [anEvent()] }))[0]).toHaveProperty('event')
    expect(read('{"data":[]}')).toEqual([])
    expect(readOne(anEvent(), { sendTime: 'soon', extra: 1 }).sendTime).toBeUndefined()
  })

  it('with a byte order mark in front', () => {
    expect(read(`\ufeff${anEnvelopeText(2)}`)).toHaveLength(2)
  })

  it('as long as its items are JSON', () => {
    const text = anEnvelopeText(2)
    expect(thrownBy(text.slice(0, -3)).code).toBe('invalid_json')
    expect(thrownBy(text.replace('"type"', "'type'")).code).toBe('invalid_json')
    expect(thrownBy('').code).toBe('invalid_json')
  })

  it('and otherwise refused, saying how it is no envelope', () => {
    for (const [text, path, message] of [
      ['[]', [], 'Expected an object'],
      ['"text"', [], 'Expected an object'],
      ['{}', ['data'], 'Required'],
      ['{"data":null}', ['data'], 'Required'],
      ['{"data":{"0":1}}', ['data'], 'Expected an array'],
    ] as const) {
      const { code, status, errors } = thrownBy(text)
      expect({ code, status }).toEqual({ code: 'invalid_envelope', status: 400 })
      expect(errors).toMatchObject([{ path: [...path], message }])
    }
    expect(thrownBy(JSON.stringify(aViewEvent())).message).toContain('`data`')
  })

  it('unless its version is unknown', () => {
    for (const dataVersion of ['http://purl.imsglobal.org/ctx/caliper/v2', '1.2', '', 12, {}]) {
      const { code, status, errors } = thrownBy(
        JSON.stringify(anEnvelope([anEvent()], { dataVersion })),
      )
      expect({ code, status }).toEqual({ code: 'unsupported_version', status: 422 })
      expect(errors).toMatchObject([{ path: ['dataVersion'] }])
    }
  })
})

describe('a Caliper event becomes a record', () => {
  it('with who, what, where and when', () => {
    const sent = aViewEvent({
      actor: { id: 'https://a.example/u/1', type: 'Person', name: 'Ada' },
      object: { id: 'https://a.example/p/1', type: 'Page', name: 'One' },
      target: { id: 'https://a.example/p/1#x', type: 'Frame' },
      group: 'https://a.example/g',
      edApp: { id: 'https://a.example', type: 'SoftwareApplication' },
      session: { id: 'https://a.example/s', type: 'Session' },
      membership: {
        id: 'https://a.example/m',
        type: 'Membership',
        roles: ['Learner', 7, 'Mentor'],
      },
      eventTime: '2026-11-21T10:30:00.1234+01:00',
    })
    expect(readOne(sent, { sendTime: '2026-11-21T09:31:00Z' })).toMatchObject({
      kind: 'event',
      eventId: sent.id,
      standard: 'caliper',
      standardVersion: '1.2',
      type: 'ViewEvent',
      action: 'Viewed',
      profile: 'ReadingProfile',
      actorId: 'https://a.example/u/1',
      actorType: 'Person',
      actorName: 'Ada',
      objectId: 'https://a.example/p/1',
      objectType: 'Page',
      objectName: 'One',
      targetId: 'https://a.example/p/1#x',
      groupId: 'https://a.example/g',
      edAppId: 'https://a.example',
      sessionId: 'https://a.example/s',
      membershipRoles: ['Learner', 'Mentor'],
      eventTime: '2026-11-21T09:30:00.123Z',
      sendTime: '2026-11-21T09:31:00.000Z',
      conformant: false,
      issueCodes: ['invalid_timestamp', 'unknown_role'],
    })
  })

  it('with the points of what it generated', () => {
    const generated = { id: '_:s', type: 'Score', scoreGiven: 7.5, maxScore: 10 }
    expect(readOne(aGradeEvent({ generated }))).toMatchObject({
      score: 7.5,
      maxScore: 10,
      generatedId: '_:s',
      generatedType: 'Score',
    })
    const result = { id: '_:r', type: 'Result', resultScore: 3, maxResultScore: 4 }
    expect(readOne(aGradeEvent({ generated: result }))).toMatchObject({ score: 3, maxScore: 4 })
    const text = { id: '_:s', type: 'Score', scoreGiven: '7.5', maxScore: null }
    expect(readOne(aGradeEvent({ generated: text })).score).toBeUndefined()
  })

  it('with the time that was spent, and not the length of a video', () => {
    const attempt = { id: '_:a', type: 'Attempt', duration: 'PT1M30S' }
    expect(readOne(anAssessmentEvent({ generated: attempt })).durationMs).toBe(90_000)
    expect(readOne(aGradeEvent({ object: attempt })).durationMs).toBe(90_000)
    const video = { id: '_:v', type: 'VideoObject', duration: 'PT1H' }
    expect(readOne(aViewEvent({ object: video })).durationMs).toBeUndefined()
    expect(
      readOne(anAssessmentEvent({ generated: { ...attempt, duration: 90 } })).durationMs,
    ).toBeUndefined()
  })

  it('with the federated session where there is no other', () => {
    const event = aToolLaunchEvent({ session: undefined, federatedSession: '_:lti' })
    expect(readOne(event).sessionId).toBe('_:lti')
    expect(readOne(aToolLaunchEvent({ session: '_:own' })).sessionId).toBe('_:own')
  })

  it('with one spelling of each action', () => {
    for (const [sent, kept] of [
      ['MarkedAsUnRead', 'MarkedAsUnread'],
      ['EnabledCloseCaptioning', 'EnabledClosedCaptioning'],
      ['http://purl.imsglobal.org/vocab/caliper/v1/action#Viewed', 'Viewed'],
      ['SpentTime', 'SpentTime'],
    ]) {
      expect(readOne(aViewEvent({ action: sent })).action).toBe(kept!)
    }
  })

  it('with the id it has, or else one that its content gives it', () => {
    const { id: _, ...nameless } = aViewEvent()
    const derived = readOne(nameless).eventId
    expect(derived).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/)
    expect(readOne(Object.fromEntries(Object.entries(nameless).reverse())).eventId).toBe(derived)
    expect(readOne({ ...nameless, eventTime: '2026-11-21T09:30:00.001Z' }).eventId).not.toBe(
      derived,
    )
    for (const id of [null, 7, '', {}]) {
      expect(readOne({ ...nameless, id }).eventId).toStartWith('urn:uuid:')
    }
    expect(readOne(aViewEvent({ id: 'my own id' })).eventId).toBe('my own id')
  })

  it('with text that UTF-8 can hold, whatever was escaped', () => {
    const [item] = read(
      '{"data":[{"type":"ViewEvent\\udc00","id":"a\\ud800","eventTime":"2026-11-21T09:30:00Z","actor":' +
        '{"id":"_:\\ud83d\\ude00","name":"\\ud83d"},"membership":{"roles":["\\udfff"]}}]}',
    )
    expect(item).toMatchObject({
      id: 'a\ufffd',
      event: { eventId: 'a\ufffd', actorId: '_:😀', actorName: '\ufffd', type: 'ViewEvent\ufffd' },
    })
    const { event } = item as { event: ReadEvent }
    expect(event.membershipRoles).toEqual(['\ufffd'])
    expect(event.raw).toContain('\\ud83d"}')
  })
})

describe('a Caliper entity describe becomes a record', () => {
  it('that stands for itself: id from id and content, time from the entity or the envelope', () => {
    const person = { id: 'https://a.example/u/1', type: 'Person', name: 'Ada' }
    const sendTime = '2026-11-21T09:00:00.000Z'
    const first = readOne(aDescribe(person), { sendTime })
    expect(first).toMatchObject({
      kind: 'entity',
      type: 'Person',
      objectId: person.id,
      objectType: 'Person',
      objectName: 'Ada',
      eventTime: sendTime,
    })
    expect(first.actorId).toBeUndefined()
    const dateModified = '2026-10-01T00:00:00.000Z'
    expect(readOne(aDescribe({ ...person, dateModified })).eventTime).toBe(dateModified)
    expect(readOne(aDescribe(person), { sendTime: null }).eventTime).toBe(receivedAt)
  })

  it('so that the same again is known, and a change is another record', () => {
    const page = { '@context': 'x', id: 'https://a.example/p', type: 'Page', name: 'One' }
    const { eventId } = readOne(page)
    expect(readOne({ ...page }).eventId).toBe(eventId)
    expect(readOne({ ...page, name: 'Two' }).eventId).not.toBe(eventId)
  })

  it('named in receipts by its own id', () => {
    const [item] = read(JSON.stringify(anEnvelope([aDescribe({ id: 'https://a.example/p' })])))
    expect(item).toMatchObject({ id: 'https://a.example/p' })
  })
})

describe('Caliper is taken as application/json', () => {
  for (const header of [
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/json;v=1',
  ]) {
    it(header, () => expect(mediaType(header) === 'application/json').toBe(true))
  }
  for (const header of ['text/plain', 'application/ld+json', 'application/jsonx', '', undefined]) {
    it(`and not as ${header}`, () => expect(mediaType(header) === 'application/json').toBe(false))
  }
})
