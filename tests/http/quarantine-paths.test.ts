import { describe, expect, it } from 'bun:test'
import { anEnvelope, anEvent } from '../support/envelopes'
import { startQuarantineTest } from '../support/quarantine-api'

const early = {
  '@context': 'http://purl.imsglobal.org/ctx/caliper/v1/Context',
  actor: { '@id': 'https://example.edu/u/1', '@type': 'Person' },
  action: 'http://purl.imsglobal.org/vocab/caliper/v1/action#Viewed',
}
const time = '2026-11-21T09:30:00.000Z'
const long = 'x'.repeat(3000)
const without = (name: string) => ({ ...anEvent(), [name]: undefined })
const envelope = (...data: unknown[]) => anEnvelope([anEvent(), ...data])

/** A patch of each reason, by its code and its name: what would be right there. */
const right: Record<string, unknown> = {
  type: 'ViewEvent',
  '@type': 'http://purl.imsglobal.org/caliper/v1/ViewEvent',
  eventTime: time,
  actor: 'https://example.edu/u/1',
  id: 'urn:uuid:7f2ccd3f-3fc4-4c8e-9f5e-2f1f6f3a0a11',
  '@id': 'urn:uuid:7f2ccd3f-3fc4-4c8e-9f5e-2f1f6f3a0a12',
  event_type: 'click',
  event_id: 'e-1',
  timestamp: time,
  properties: {},
  user_id: 'u',
  data: [],
  verb: { id: 'http://adlnet.gov/expapi/verbs/passed' },
  mbox: 'mailto:ann@example.org',
}

const caliper = '/caliper/v1p2/events'
const native = '/api/v1/events'

const table: [what: string, path: string, body: unknown, pointers: string[]][] = [
  ['an item of an envelope', caliper, envelope(without('type')), ['/type']],
  [
    'several reasons',
    caliper,
    envelope({ ...anEvent(), type: '', eventTime: 'soon', actor: {}, object: {} }),
    ['/type', '/eventTime', '/actor'],
  ],
  ['an entity', caliper, envelope({ type: 'Person', name: 'Ann' }), ['/id']],
  ['an id that is too long', caliper, envelope({ ...anEvent(), id: long }), ['/id']],
  ['an early event', caliper, { sensor: 'urn:x', data: [early] }, ['/@type', '/eventTime']],
  [
    'an early event with a wrong type',
    caliper,
    { sensor: 'urn:x', data: [{ ...early, '@type': 7, eventTime: time }] },
    ['/@type'],
  ],
  [
    'an early event whose id is too long',
    caliper,
    {
      sensor: 'urn:x',
      data: [{ ...early, '@type': right['@type'], '@id': long, eventTime: time }],
    },
    ['/@id'],
  ],
  [
    'an item in an array of envelopes',
    caliper,
    [envelope(), envelope(without('eventTime'))],
    ['/eventTime'],
  ],
  ['a body that is no envelope', caliper, { sensor: 'urn:x' }, ['/data']],
  ['a native event', native, { timestamp: 'soon', event_id: 'a' }, ['/event_type', '/timestamp']],
  [
    'one of native events',
    native,
    [{ event_type: 'a' }, { event_type: 'b', user_id: {}, properties: [] }],
    ['/user_id', '/properties'],
  ],
  ['a native event by its other id', native, [{ event_type: 'a', id: long }], ['/id']],
]

describe('a reason leads to its place in what is kept', () => {
  for (const [what, path, body, pointers] of table) {
    it(`${what}: ${pointers.join(' ')}`, async () => {
      await using test = await startQuarantineTest()
      const sent = await test.call('POST', path, body, test.keys.demo)
      const answer = (await sent.json()) as {
        quarantineId?: string
        quarantined?: { quarantineId: string }[]
      }
      const id = answer.quarantineId ?? answer.quarantined![0]!.quarantineId
      const { errors } = await test.show(id)
      expect(errors.map(({ pointer }) => pointer)).toEqual(pointers)
      const [listed] = (await test.list()).items
      expect(listed!.errors).toEqual(errors as unknown[])

      // One reason after another is mended where it says, and none comes back.
      const patch: unknown[] = []
      for (const { pointer, path: steps } of errors) {
        expect(pointer).toBe(`/${steps.join('/')}`)
        patch.push({ op: 'add', path: pointer, value: right[String(steps.at(-1))] })
        const result = await test.replay(id, { patch, dryRun: true })
        expect(result.errors.map((one) => one.pointer)).not.toContain(pointer)
      }
      const { outcome, errors: left } = await test.replay(id, { patch })
      if (what === 'a body that is no envelope') expect(left).toMatchObject([{ code: 'empty' }])
      else expect({ outcome, left }).toEqual({ outcome: 'stored', left: [] })
    })
  }

  for (const [what, path, first, other, pointer] of [
    [
      'a Caliper event',
      caliper,
      anEnvelope([anEvent({ id: right.id as string, action: 'Viewed' })]),
      anEnvelope([anEvent(), anEvent({ id: right.id as string, name: 'x' })]),
      '/id',
    ],
    ['a native event', native, { event_type: 'a', id: 7 }, [{ event_type: 'b', id: 7 }], '/id'],
    [
      'a native event with its own name for it',
      native,
      { event_type: 'a', event_id: 'x' },
      [{ event_type: 'b', event_id: 'x' }],
      '/event_id',
    ],
  ] as const) {
    it(`of a conflict, to the id as it was sent: ${what}`, async () => {
      await using test = await startQuarantineTest()
      await test.call('POST', path, first, test.keys.demo)
      await test.call('POST', path, other, test.keys.demo)
      const [item] = (await test.list()).items as [{ quarantineId: string; errors: unknown[] }]
      expect(item.errors).toMatchObject([{ code: 'conflict', pointer }])
      const patch = [{ op: 'replace', path: pointer, value: right['@id'] }]
      expect(await test.replay(item.quarantineId, { patch })).toMatchObject({ outcome: 'stored' })
    })
  }

  it('of statements, to the place in their body', async () => {
    await using test = await startQuarantineTest()
    const statement = {
      actor: { mbox: 'ann@example.org' },
      verb: { id: 'http://adlnet.gov/expapi/verbs/passed' },
      object: { id: 'https://lms.example/quiz/1' },
    }
    const headers = {
      ...test.as(test.keys.demo),
      'Content-Type': 'application/json',
      'X-Experience-API-Version': '1.0.3',
    }
    const body = JSON.stringify([{ ...statement, actor: { mbox: right.mbox } }, statement])
    const sent = await test.request('/xapi/statements', { method: 'POST', headers, body })
    const { quarantineId } = (await sent.json()) as { quarantineId: string }
    const { errors } = await test.show(quarantineId)
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/1/actor/mbox'])
    const patch = [{ op: 'replace', path: '/1/actor/mbox', value: right.mbox }]
    expect(await test.replay(quarantineId, { patch })).toMatchObject({ outcome: 'stored' })
  })
})
