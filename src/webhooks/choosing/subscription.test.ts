import { describe, expect, it } from 'bun:test'
import { aRecord, aWebhook, start } from '../../../tests/support/webhooks'
import { subjectOf } from '../../event/conditions'
import type { EventRecord } from '../../event/record'
import type { Webhook } from '../../platform/registry/webhooks'
import { wants } from './subscription'

type Case = [why: string, webhook: Partial<Webhook>, record: Partial<EventRecord>]

const page = 'https://example.edu/pages/1'

const wanted: Case[] = [
  ['an event of a type it names', {}, {}],
  ['an event of one of its types', { events: ['GradeEvent', 'ViewEvent'] }, {}],
  ['any event, when it names *', { events: ['*'] }, { type: 'SomethingEvent' }],
  ['an entity whose type it names', { events: ['Person'] }, { kind: 'entity', type: 'Person' }],
  ['an event that came when it was made', { createdAt: start.toISOString() }, {}],
  ['an object it asks for', { filters: [{ field: 'objectId', in: [page] }] }, {}],
  ['one of the objects it asks for', { filters: [{ field: 'objectId', in: ['x', page] }] }, {}],
  [
    'an event that passes all its filters',
    {
      filters: [
        { field: 'action', in: ['Viewed'] },
        { field: 'sourceId', in: ['lms'] },
      ],
    },
    {},
  ],
  ['a group it asks for', { filters: [{ field: 'groupId', in: ['g'] }] }, { groupId: 'g' }],
  ['a session it asks for', { filters: [{ field: 'sessionId', in: ['s'] }] }, { sessionId: 's' }],
]

const isPerson = { kind: 'entity', type: 'Person' } as const

wanted.push(
  ['an entity whose type it names beside *', { events: ['*', 'Person'] }, isPerson],
  ['an event, when it names * and a type', { events: ['*', 'Person'] }, {}],
  ['what it names beside notices', { events: ['nonius.webhook.failing', 'ViewEvent'] }, {}],
  ['a field of another kind', { filters: [{ field: 'success', in: [true] }] }, { success: true }],
  ['a number', { filters: [{ field: 'score', in: [1, 2] }] }, { score: 2 }],
  [
    'one of a list of the record',
    { filters: [{ field: 'membershipRoles', in: ['Mentor'] }] },
    { membershipRoles: ['Learner', 'Mentor'] },
  ],
  [
    'what its rule holds of',
    {
      rule: {
        any: [
          { path: 'actorId', prefix: 'https:' },
          { path: 'type', equals: 'x' },
        ],
      },
    },
    {},
  ],
)

const raw = JSON.stringify({ payload: { score: 0.4 } })
wanted.push(
  ['what a condition holds of', { filters: [{ path: 'payload.score', lt: 0.5 }] }, { raw }],
  [
    'what passes old filters and new ones',
    {
      filters: [{ field: 'action', in: ['Viewed'] }, { not: { path: 'payload.score', gt: 0.5 } }],
    },
    { raw },
  ],
)

const unwanted: Case[] = [
  ['that a condition does not hold of', { filters: [{ path: 'payload.score', gt: 0.5 }] }, { raw }],
  [
    'that is an entity, when it names * and asks for the kind',
    { events: ['*'], filters: [{ path: 'kind', equals: 'entity' }] },
    { kind: 'entity', type: 'Person' },
  ],
  ['of a type that a notice is called like', { events: ['nonius.x'] }, { type: 'nonius.x' }],
  ['of any type, when it names notices', { events: ['nonius.*'] }, { type: 'nonius.*' }],
  ['that is an entity of another type, beside *', { events: ['*', 'Course'] }, isPerson],
  [
    'that is an entity, whatever its rule asks for',
    { events: ['*'], rule: { path: 'type', equals: 'Person' } },
    isPerson,
  ],
  [
    'that its filters let pass and its rule does not',
    {
      filters: [{ field: 'action', in: ['Viewed'] }],
      rule: { not: { path: 'action', equals: 'Viewed' } },
    },
    {},
  ],
  [
    'that its rule lets pass and its filters do not',
    { filters: [{ field: 'action', in: ['Graded'] }], rule: { all: [] } },
    {},
  ],
  ['of another tenant', {}, { tenantId: 'south' }],
  ['of a type it does not name', {}, { type: 'GradeEvent' }],
  ['whose type only begins like one it names', { events: ['View'] }, {}],
  ['whose type differs in case', { events: ['viewevent'] }, {}],
  ['that is an entity, when it names *', { events: ['*'] }, { kind: 'entity', type: 'Person' }],
  ['that fails its filter', { filters: [{ field: 'objectId', in: ['x'] }] }, {}],
  [
    'that fails one of its filters',
    {
      filters: [
        { field: 'objectId', in: [page] },
        { field: 'action', in: ['Graded'] },
      ],
    },
    {},
  ],
  ['that lacks what it filters by', { filters: [{ field: 'groupId', in: ['g'] }] }, {}],
]

describe('A webhook wants', () => {
  for (const [why, webhook, record] of wanted) {
    it(why, () => expect(wants(aWebhook(webhook), subjectOf(aRecord(record)))).toBe(true))
  }
})

describe('A webhook does not want a record', () => {
  for (const [why, webhook, record] of unwanted) {
    it(why, () => expect(wants(aWebhook(webhook), subjectOf(aRecord(record)))).toBe(false))
  }
})
