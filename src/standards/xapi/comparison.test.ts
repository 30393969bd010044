import { describe, expect, it } from 'bun:test'
import { isSameStatement } from './comparison'
import { readXapi } from './parse'
import type { XapiVersion } from './version'

const UUID = '5c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f1'
const ann = { mbox: 'mailto:ann@example.org' }
const bob = { mbox: 'mailto:bob@example.org' }
const base = {
  id: UUID,
  actor: { objectType: 'Group', ...ann, member: [ann, bob] },
  verb: { id: 'v:did', display: { en: 'did' } },
  object: { id: 'a:quiz', definition: { name: { en: 'Quiz' } } },
  result: { duration: 'PT1.234S', score: { raw: 1 } },
  context: {
    registration: UUID,
    language: 'en-US',
    contextActivities: { parent: [{ id: 'a:parent', definition: { type: 't:1' } }] },
  },
  attachments: [],
  timestamp: '2026-11-21T09:30:00.000Z',
}
const context = (changed: object) => ({ ...base, context: { ...base.context, ...changed } })

// The list is that of `comparison.ts`, entry by entry.
const same: [what: string, other: object][] = [
  ['id', { ...base, id: UUID.toUpperCase() }],
  ['stored', { ...base, stored: '2011-01-01T00:00:00Z' }],
  ['authority', { ...base, authority: ann }],
  ['version', { ...base, version: '1.0.3' }],
  ['the display of the verb', { ...base, verb: { id: 'v:did' } }],
  ['the definition of the object', { ...base, object: { id: 'a:quiz' } }],
  ['the zone of the timestamp', { ...base, timestamp: '2026-11-21T10:30:00.000+01:00' }],
  ['digits of the timestamp that are zeros', { ...base, timestamp: '2026-11-21T09:30:00.000000Z' }],
  ['the order of members', { ...base, actor: { ...base.actor, member: [bob, ann] } }],
  ['an activity alone', context({ contextActivities: { parent: { id: 'a:parent' } } })],
  ['the case of a UUID', context({ registration: UUID.toUpperCase() })],
  ['the case of a language', context({ language: 'EN-us' })],
  ['the case of a domain', { ...base, actor: { ...base.actor, mbox: 'mailto:ann@EXAMPLE.org' } }],
]

const others: [what: string, other: object][] = [
  ['the actor', { ...base, actor: bob }],
  ['a name', { ...base, actor: { ...base.actor, name: 'Ann' } }],
  [
    'the case of the name in an address',
    { ...base, actor: { ...base.actor, mbox: 'mailto:Ann@example.org' } },
  ],
  ['the verb', { ...base, verb: { id: 'v:DID' } }],
  ['the object', { ...base, object: { id: 'a:quiz2' } }],
  ['a member', { ...base, actor: { ...base.actor, member: [ann] } }],
  ['the duration in other units', { ...base, result: { ...base.result, duration: 'PT1.23S' } }],
  ['a number', { ...base, result: { ...base.result, score: { raw: 1.0000001 } } }],
  ['an activity of the context', context({ contextActivities: { parent: [{ id: 'a:other' }] } })],
  ['a relation of the context', context({ contextActivities: { other: [{ id: 'a:parent' }] } })],
  ['the moment', { ...base, timestamp: '2026-11-21T09:30:00.001Z' }],
  ['microseconds', { ...base, timestamp: '2026-11-21T09:30:00.000001Z' }],
  [
    'an objectType that is written out',
    { ...base, object: { ...base.object, objectType: 'Activity' } },
  ],
]

const receivedAt = '2026-11-21T09:30:00.000Z'

function digestOf(text: string, version: XapiVersion): string {
  const [item] = readXapi(text, receivedAt, { version }).items
  if (item === undefined || !('event' in item)) throw new Error(JSON.stringify(item))
  return item.event.contentDigest!
}

function agree(a: object | string, b: object | string, version: XapiVersion = '1.0.3') {
  const [one, other] = [a, b].map((x) => (typeof x === 'string' ? x : JSON.stringify(x)))
  const isSame = isSameStatement(one!, other!, version)
  expect(digestOf(one!, version) === digestOf(other!, version)).toBe(isSame)
  return isSame
}

describe('two statements are the same', () => {
  for (const [what, other] of same) {
    it(`when they differ by ${what}`, () => expect(agree(base, other)).toBe(true))
  }

  it('when they are the same JSON', () => {
    const text = JSON.stringify(base, undefined, 2).replace('"raw": 1', '"raw": 10e-1')
    expect(agree(base, text)).toBe(true)
    const reordered = Object.fromEntries(Object.entries(base).reverse())
    expect(agree(base, reordered)).toBe(true)
  })

  it('inside a SubStatement as well', () => {
    const of = (told: object) => {
      const { id: _, ...inner } = { ...base, ...told }
      return { actor: ann, verb: base.verb, object: { objectType: 'SubStatement', ...inner } }
    }
    expect(agree(of({}), of({ verb: { id: 'v:did' }, timestamp: '2026-11-21T10:30+01:00' }))).toBe(
      true,
    )
    expect(agree(of({}), of({ verb: { id: 'v:other' } }))).toBe(false)
  })

  it('in 2.0 when a duration differs beyond hundredths of a second', () => {
    const other = { ...base, result: { ...base.result, duration: 'PT1.23999S' } }
    expect(agree(base, other, '2.0.0')).toBe(true)
    expect(agree(base, other, '1.0.3')).toBe(false)
    const third = { ...base, result: { ...base.result, duration: 'PT1.24S' } }
    expect(agree(base, third, '2.0.0')).toBe(false)
  })
})

describe('two statements are not the same', () => {
  for (const [what, other] of others) {
    it(`when they differ by ${what}`, () => expect(agree(base, other)).toBe(false))
  }
})

describe('a timestamp that one of two lacks', () => {
  it('does not count between two texts, which a digest of each cannot tell', () => {
    const { timestamp: _, ...timeless } = base
    const [one, other] = [JSON.stringify(base), JSON.stringify(timeless)]
    expect(isSameStatement(one, other, '1.0.3')).toBe(true)
    expect(digestOf(one, '1.0.3')).not.toBe(digestOf(other, '1.0.3'))
  })
})
