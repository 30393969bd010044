import { describe, expect, it } from 'bun:test'
import { anEnvelope } from '../../../tests/support/envelopes'
import { aViewEvent } from '../../../tests/support/events'
import { readTable } from '../../../tests/support/list'
import type { ReadEvent } from '../../event/reading'
import { checkCaliper } from './conformance'
import { readCaliper } from './parse'
import { contextVersion, itemVersion } from './version'

const v1p1 = 'http://purl.imsglobal.org/ctx/caliper/v1p1'
const v1p0 = 'http://purl.imsglobal.org/ctx/caliper/v1/Context'

function readOne(envelope: unknown): ReadEvent {
  const [item] = readCaliper(JSON.stringify(envelope), '2026-11-21T09:30:00.000Z').items
  return (item as { event: ReadEvent }).event
}

describe('a version of Caliper is known by its context', () => {
  for (const [iri, version] of readTable('=>', import.meta.dir, 'examples/contexts.txt')) {
    it(iri!, () => expect(contextVersion(iri) ?? 'none').toBe(version!))
  }

  it('of which the last in an array decides', () => {
    expect(itemVersion([v1p0, v1p1])).toBe('1.1')
    expect(itemVersion([v1p1, { a: 'b' }, 'https://schema.org'])).toBe('1.1')
    expect(itemVersion(['https://schema.org'])).toBeUndefined()
    expect(itemVersion({ '@vocab': v1p1 })).toBeUndefined()
  })
})

describe('an event of Caliper 1.1', () => {
  const event = aViewEvent({ '@context': v1p1, profile: undefined })
  const envelope = anEnvelope([event], { dataVersion: v1p1 })

  it('conforms by the rules of 1.1', () => {
    expect(checkCaliper(JSON.stringify(envelope)).errors).toEqual([])
    expect(readOne(envelope)).toMatchObject({ standardVersion: '1.1', conformant: true })
  })

  it('may have an extension of its time for a context, and words that 1.2 dropped', () => {
    const survey = { ...event, '@context': `${v1p1}/SurveyProfile-extension` }
    const video = { id: 'https://a.example/v', type: 'VideoObject' }
    const rewound = { ...event, type: 'MediaEvent', action: 'Rewound', object: video }
    const reading = { ...event, object: { id: 'https://a.example/b', type: 'EpubVolume' } }
    for (const item of [survey, rewound, reading]) {
      const text = JSON.stringify({ ...envelope, data: [item] })
      expect(checkCaliper(text).errors).toEqual([])
      expect(checkCaliper(text.replaceAll(/v1p1[\w/-]*/g, 'v1p2')).valid).toBe(item === survey)
    }
  })

  it('keeps its version in an envelope of another', () => {
    expect(readOne(anEnvelope([event])).standardVersion).toBe('1.1')
    const { '@context': _, ...bare } = event
    expect(readOne({ ...envelope, data: [bare] }).standardVersion).toBe('1.1')
  })
})

describe('an event of Caliper 1.0', () => {
  const types = 'http://purl.imsglobal.org/caliper/v1'
  const event = {
    '@context': v1p0,
    '@type': `${types}/OutcomeEvent`,
    actor: { '@id': 'https://a.example/u/1', '@type': `${types}/lis/Person`, name: null },
    action: 'http://purl.imsglobal.org/vocab/caliper/v1/action#Graded',
    object: {
      '@id': 'https://a.example/b',
      '@type': 'http://www.idpf.org/epub/vocab/structure/#volume',
    },
    generated: { '@id': 'https://a.example/r', '@type': `${types}/Result`, totalScore: 8.5 },
    group: { '@id': 'https://a.example/c', '@type': `${types}/lis/CourseSection` },
    membership: { roles: ['http://purl.imsglobal.org/vocab/lis/v2/membership#Learner'] },
    target: null,
    eventTime: '2015-09-15T10:15:00.000Z',
  }

  it('is read by its keywords and IRIs, and named by its content', () => {
    const record = readOne({ sensor: 'https://a.example', data: [event] })
    expect(record).toMatchObject({
      standardVersion: '1.0',
      type: 'OutcomeEvent',
      action: 'Graded',
      actorId: 'https://a.example/u/1',
      actorType: 'Person',
      objectId: 'https://a.example/b',
      objectType: 'http://www.idpf.org/epub/vocab/structure/#volume',
      generatedType: 'Result',
      score: 8.5,
      groupId: 'https://a.example/c',
      membershipRoles: ['Learner'],
    })
    expect(record.eventId).toStartWith('urn:uuid:')
    expect(record.targetId).toBeUndefined()
  })

  it('has to have what 1.0 asks for', () => {
    const report = (item: unknown) => checkCaliper(JSON.stringify({ sensor: 'x:y', data: [item] }))
    const codes = ({ errors }: ReturnType<typeof report>) =>
      errors.map(({ path }) => path.join('.'))
    expect(codes(report({ ...event, membership: undefined }))).toEqual(['sendTime'])
    const { action: _, ...idle } = event
    expect(codes(report({ ...idle, eventTime: '2015', membership: undefined }))).toEqual([
      'sendTime',
      'data.0.action',
      'data.0.eventTime',
    ])
  })
})
