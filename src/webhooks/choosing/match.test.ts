import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { someCondition, someRecord } from '../../../tests/support/conditions'
import { aRecord, aWebhook } from '../../../tests/support/webhooks'
import { subjectOf } from '../../event/conditions'
import type { EventRecord } from '../../event/record'
import type { Webhook } from '../../platform/registry/webhooks'
import { fieldsWithout } from '../message/fields-without'
import { matchOf } from './match'
import { wants } from './subscription'

const grade = { type: 'GradeEvent', score: 0.4 } as const
const person = { kind: 'entity', type: 'Person' } as const

type Case = [webhook: Partial<Webhook>, record: Partial<EventRecord>, said: string[]]

const cases: Case[] = [
  [{ events: ['*'] }, {}, ['+ events: every event is asked for (*)']],
  [{ events: ['*', 'ViewEvent'] }, {}, ['+ events: type is ViewEvent, which is named']],
  [{ events: ['GradeEvent'] }, {}, ['- events: type is ViewEvent, not one of GradeEvent']],
  [
    { events: ['GradeEvent', 'nonius.*', '2'] },
    {},
    ['- events: type is ViewEvent, not one of GradeEvent, "2"'],
  ],
  [
    { events: ['*'] },
    person,
    ['- events: it is an entity, and * is every event: name its type, Person'],
  ],
  [{ events: ['*', 'Person'] }, person, ['+ events: type is Person, which is named']],
  [
    { events: ['nonius.*'] },
    { type: 'nonius.*' },
    ['- events: events names notices alone, and no type of events'],
  ],
  [
    { events: ['nonius.x', 'ViewEvent'] },
    { type: 'nonius.x' },
    ['- events: type is nonius.x, and such names are those of notices'],
  ],
  [
    { events: ['*'], filters: [{ field: 'score', in: [0.4] }], rule: { path: 'score', lt: 0.5 } },
    grade,
    [
      '+ events: every event is asked for (*)',
      '+ filters.0: score is 0.4: one of 0.4',
      '+ rule: score is 0.4: less than 0.5',
    ],
  ],
  [
    {
      events: ['*'],
      filters: [
        { field: 'type', in: ['GradeEvent'] },
        { path: 'score', gt: 0.5 },
        { path: 'actorId', equals: 'a' },
      ],
      rule: {
        all: [
          { path: 'score', lt: 0.5 },
          { path: 'sessionId', exists: true },
        ],
      },
    },
    { ...grade, actorId: 'a' },
    [
      '- filters.1: score is 0.4, not more than 0.5',
      '- rule: all: 1 of 2 holds',
      '- rule.all.1: sessionId is not there',
    ],
  ],
]

const said = (webhook: Partial<Webhook>, record: Partial<EventRecord>, most = 100) =>
  matchOf(aWebhook(webhook), aRecord(record), most).reasons.map(
    ({ path, holds, message }) => `${holds ? '+' : '-'} ${path.join('.')}: ${message}`,
  )

describe('What a webhook wants is explained', () => {
  for (const [webhook, record, reasons] of cases) {
    it(reasons.join('; '), () => expect(said(webhook, record)).toEqual(reasons))
  }

  it('by so many reasons and no more, which says how many are left out', () => {
    const filters = Array.from({ length: 20 }, () => ({ path: 'score', gt: 1 }))
    const match = matchOf(aWebhook({ events: ['*'], filters }), aRecord(grade), 3)
    expect(match).toMatchObject({ matches: false, moreReasons: 17 })
    expect(match.reasons).toHaveLength(3)
  })

  it('as it is sent', () => {
    const someEvents = fc.subarray(['*', 'ViewEvent', 'Person', 'nonius.*'], { minLength: 1 })
    fc.assert(
      fc.property(
        fc.record(
          {
            events: someEvents,
            filters: fc.array(someCondition, { maxLength: 2 }),
            rule: someCondition,
          },
          { requiredKeys: ['events', 'filters'] },
        ),
        someRecord,
        (asked, record) => {
          const webhook = aWebhook({ ...asked, tenantId: record.tenantId })
          const { matches, reasons } = matchOf(webhook, record, 1000)
          expect(matches).toBe(wants(webhook, subjectOf(record)))
          expect(reasons.length).toBeGreaterThan(0)
          const parts = reasons.filter(({ path: [first, ...more] }) => {
            return more.length === (first === 'filters' ? 1 : 0)
          })
          for (const { holds } of parts) expect(holds).toBe(matches)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('Fields that find nothing', () => {
  const raw = JSON.stringify({
    actor: { id: 'a', name: null },
    list: [{ x: 1 }, { y: 2 }],
    'a.b': 1,
  })
  const record = aRecord({ raw, groupId: undefined, score: 0 })
  it('are named, in the item', () => {
    const fields = ['actor.id', 'actor.name', 'actor.age', 'list.y', '/list/z', '/a.b', 'type']
    const without = ['actor.age', '/list/z', 'type']
    expect(fieldsWithout({ fields }, record)).toEqual(without)
    expect(fieldsWithout({ fields, format: 'cloudevents' }, record)).toEqual(without)
    expect(fieldsWithout({}, record)).toEqual([])
  })

  it('and in the record, where that is sent', () => {
    const fields = ['actorId', 'group_id', 'score', 'server', 'server.ip']
    expect(fieldsWithout({ fields, format: 'record' }, record)).toEqual(['group_id', 'server.ip'])
  })
})
