import { expect, it } from 'bun:test'
import type { EventType } from '../../../event/event-type'
import type { ReadEvent } from '../../../event/reading'
import { readNative } from '../parse'
import { typesInForce } from './in-force'

const own = (more: Partial<EventType>): EventType => ({
  name: 'thing_done',
  vocabulary: 'tenant',
  version: 1,
  description: 'Something was done',
  category: 'things',
  privacyLevel: 'sensitive',
  retentionClass: 'system',
  sampling: 'never',
  ...more,
})

const cases: [
  says: string,
  type: Partial<EventType>,
  sent: Record<string, unknown>,
  record: Partial<ReadEvent>,
][] = [
  [
    'the privacy and class of its type',
    {},
    {},
    { privacyLevel: 'sensitive', retentionClass: 'system' },
  ],
  [
    'no less privacy than its type',
    {},
    { privacy_level: 'standard' },
    { privacyLevel: 'sensitive', retentionClass: 'system' },
  ],
  [
    'more privacy than its type, and the class of that',
    {},
    { privacy_level: 'pii' },
    { privacyLevel: 'pii', retentionClass: 'pii' },
  ],
  [
    'a counter that is mapped, if it is one',
    { mapping: { sequence: '/payload/n' } },
    { seq: 3, payload: { n: 1.5 } },
    { sequence: 3 },
  ],
  [
    'a counter that is mapped',
    { mapping: { sequence: '/payload/n' } },
    { seq: 3, payload: { n: 7 } },
    { sequence: 7 },
  ],
  [
    'the constant type of an object that is mapped',
    { mapping: { objectId: '/payload/test', objectType: { const: 'Assessment' } } },
    { payload: { test: 't1' }, context: { page_url: '/play' } },
    { objectId: 't1', objectType: 'Assessment' },
  ],
  [
    'its own type for another object',
    { mapping: { objectId: '/payload/test', objectType: { const: 'Assessment' } } },
    { context: { page_url: '/play' } },
    { objectId: '/play', objectType: 'WebPage' },
  ],
]

for (const [says, type, sent, record] of cases) {
  it(`an event of a registered type has ${says}`, () => {
    const types = typesInForce({
      tenantId: 'default',
      own: [own(type)],
      order: [],
      unknownTypes: 'accept',
    })
    const text = JSON.stringify({ event_type: 'thing_done', ...sent })
    const by = { receivedAt: '2026-11-21T09:30:00.000Z', context: {}, types }
    expect(readNative(text, by).items).toMatchObject([{ event: { conformant: true, ...record } }])
  })
}
