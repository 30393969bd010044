import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import type { EventRecord } from '../../src/event/record'
import type { Scope } from '../../src/identity/scope'
import { problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { type Result, startQuarantineTest } from '../support/quarantine-api'
import { shared } from '../support/shared'
import { aSigner, signBy } from '../support/signing'

const rights: Scope[] = ['events:write', 'events:read', 'quarantine:read', 'quarantine:write']
const addType = [{ op: 'add', path: '/type', value: 'ViewEvent' }]

function untyped(more: Record<string, unknown> = {}) {
  const { type: _, ...rest } = anEvent(more)
  return rest
}

type Test = Awaited<ReturnType<typeof startQuarantineTest>>

async function setAside(test: Test, event: unknown): Promise<string> {
  return (await test.send([event])).quarantined[0]!.quarantineId
}

/** The id of the key, as a record names it. */
async function keyIdOf(test: Test, key: string) {
  const keys = await test.platform.registry.keys.list('default')
  return keys.find(({ hint }) => key.startsWith(hint))!.keyId
}

describe('a repaired event', () => {
  it('says who repaired what, and when, wherever records are read', async () => {
    await using test = await startQuarantineTest()
    const event = untyped({ name: 'x' })
    const id = await setAside(test, event)
    const patch = [
      { op: 'test', path: '/name', value: 'x' },
      ...addType,
      { op: 'move', from: '/name', path: '/extensions/name' },
    ]
    const whole = [{ op: 'add', path: '/extensions', value: {} }, ...patch]
    await test.replay(id, { patch: whole })
    const path = `/analytics/events/${encodeURIComponent(event.id)}`
    const record = await test.json<EventRecord>(test.call('GET', `${path}?view=record`))
    expect(record.repair).toMatchObject({
      by: await keyIdOf(test, test.keys.admin),
      paths: ['/extensions', '/type', '/name', '/extensions/name'],
    })
    expect(Date.parse(record.repair!.at)).toBeGreaterThanOrEqual(Date.parse(record.receivedAt))
    // Whose event it is, and who sent it, is what it was.
    expect(record.server.subject).toBe(await keyIdOf(test, test.keys.demo))
    const list = await test.json<{ events: EventRecord[] }>(
      test.call('GET', '/analytics/events?view=record'),
    )
    expect(list.events).toMatchObject([{ repair: record.repair }])
  })

  it('may be repaired by a patch that holds more values than an event may', async () => {
    await using test = await startQuarantineTest()
    const event = untyped()
    const id = await setAside(test, event)
    const many = { op: 'add', path: '/extensions', value: { list: Array(60_000).fill(0) } }
    const patch = [many, { op: 'remove', path: '/extensions' }, ...addType]
    expect(await test.replay(id, { patch })).toMatchObject({ outcome: 'stored' })
  })

  const unmarked: [what: string, patch: unknown[] | undefined][] = [
    ['without a patch', undefined],
    ['with a patch of no operation', []],
    ['with a patch that only tests', [{ op: 'test', path: '/action', value: 'Viewed' }]],
    [
      'with a patch that leaves all as it was',
      [
        { op: 'add', path: '/x', value: 1 },
        { op: 'remove', path: '/x' },
        { op: 'replace', path: '/action', value: 'Viewed' },
      ],
    ],
  ]
  for (const [what, patch] of unmarked) {
    it(`is none when it was replayed ${what}: it is as it was sent`, async () => {
      await using test = await startQuarantineTest()
      // As after the rules changed: what is held can be kept now.
      const event = anEvent({ action: 'Viewed' })
      const id = await setAside(test, untyped())
      const held = (await test.held(id))!
      const raw = JSON.stringify(event, null, 1).replaceAll('\n', ' ')
      await test.platform.quarantine.put([{ ...held, quarantineId: 'qua_1', id: event.id, raw }])
      await test.replay('qua_1', patch === undefined ? {} : { patch })
      const record = await test.event(event.id)
      expect(JSON.parse(record!.raw)).toEqual(event)
      expect(record!.raw).toBe(raw)
      expect(record).not.toHaveProperty('repair')
    })
  }

  it('of a repaired body is each of its events, now or when it is replayed later', async () => {
    await using test = await startQuarantineTest()
    const [good, late] = [anEvent(), untyped()]
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const body = JSON.stringify({ Data: [good, late] })
    const init = { method: 'POST', headers, body }
    const reply = await test.request('/caliper/v1p2/events', init)
    const { quarantineId } = (await reply.json()) as { quarantineId: string }
    const patch = [{ op: 'move', from: '/Data', path: '/data' }]
    const { quarantined } = await test.replay(quarantineId, { patch })
    const repair = { by: await keyIdOf(test, test.keys.admin), paths: ['/Data', '/data'] }
    expect(await test.event(good.id)).toMatchObject({ repair })
    expect(await test.held(quarantined[0]!)).toMatchObject({ repair })

    // Somebody else repairs the rest of it: what was repaired before is not forgotten.
    const key = await test.issue(rights)
    await test.json(
      test.call('POST', `/quarantine/${quarantined[0]}/replay`, { patch: addType }, key),
    )
    const both = { by: await keyIdOf(test, key), paths: ['/Data', '/data', '/type'] }
    expect(await test.event(late.id)).toMatchObject({ repair: both })
  })

  const wide: [what: string, patch: unknown[]][] = [
    ['all of it', [{ op: 'replace', path: '', value: anEvent() }]],
    [
      'more places than fit',
      [
        ...addType,
        ...Array.from({ length: 90 }, (_, n) => {
          return { op: 'add', path: `/extensions${'x'.repeat(90)}${n}`, value: 1 }
        }),
      ],
    ],
  ]
  for (const [what, patch] of wide) {
    it(`names no places when the patch changes ${what}`, async () => {
      await using test = await startQuarantineTest()
      const { eventIds } = await test.replay(await setAside(test, untyped()), { patch })
      const { repair } = (await test.event(eventIds[0]!))!
      expect(repair!.by).toBe(await keyIdOf(test, test.keys.admin))
      expect(repair).not.toHaveProperty('paths')
    })
  }
})

describe('what a source has to sign', () => {
  /** An item that came while the source did not have to sign, or in an envelope that was signed. */
  async function withSigned(isSigned: boolean) {
    const test = await startQuarantineTest()
    const signer = await aSigner('1')
    const event = untyped()
    if (isSigned) await signBy(test, { keys: [signer.jwk] })
    const url = isSigned ? `/caliper/in/${test.keys.demo}` : '/caliper/v1p2/events'
    const text = isSigned
      ? await signer.sign(anEnvelope([event]))
      : JSON.stringify(anEnvelope([event]))
    const type = isSigned ? 'application/jwt' : 'application/json'
    const headers = { ...test.as(), 'Content-Type': type }
    const reply = await test.request(url, { method: 'POST', headers, body: text })
    const { quarantined } = (await reply.json()) as { quarantined: { quarantineId: string }[] }
    if (!isSigned) await signBy(test, { keys: [signer.jwk] })
    const id = quarantined[0]!.quarantineId
    const repair = (options: unknown, key: string) =>
      test.call('POST', `/quarantine/${id}/replay`, options, key)
    return { ...test, sent: event, id, repair }
  }

  const forgeries: [what: string, patch: unknown[]][] = [
    ['adds a type', addType],
    ['replaces all of it', [{ op: 'replace', path: '', value: anEvent() }]],
    ['only tests', [{ op: 'test', path: '/action', value: 'Viewed' }]],
    ['changes nothing in the end', [{ op: 'copy', from: '/action', path: '/action' }]],
  ]
  for (const isSigned of [true, false]) {
    const when = isSigned ? 'was signed' : 'came before its source had to sign'
    const rows = shared(() => withSigned(isSigned))
    for (const [what, patch] of forgeries) {
      for (const dryRun of [false, true]) {
        const run = dryRun ? ', even to try' : ''
        it(`is not repaired by others when it ${when}: a patch that ${what}${run}`, async () => {
          const test = await rows()
          const before = await test.held(test.id)
          for (const more of [{}, { sourceId: 'canvas', sources: '*' as const }]) {
            const key = await test.issue(rights, 'default', more)
            const { detail } = await problemOf(
              await test.repair({ patch, dryRun }, key),
              'forbidden',
            )
            expect(detail).toContain('administrator')
            const all = await test.json<{ results: Result[] }>(
              test.call('POST', '/quarantine/replay', { filter: {}, patch, dryRun }, key),
            )
            expect(all.results).toMatchObject([
              { outcome: 'refused', errors: [{ code: 'forbidden' }] },
            ])
          }
          expect(await test.held(test.id)).toEqual(before!)
          expect(await test.event(test.sent.id)).toBeUndefined()
        })
      }
    }

    it(`is repaired by an administrator, and marked, when it ${when}`, async () => {
      await using test = await withSigned(isSigned)
      const reply = await test.repair({ patch: addType }, test.keys.admin)
      expect(await reply.json()).toMatchObject({ outcome: 'stored' })
      const by = await keyIdOf(test, test.keys.admin)
      expect(await test.event(test.sent.id)).toMatchObject({ repair: { by, paths: ['/type'] } })
    })

    it(`is replayed as it is by whoever may replay when it ${when}`, async () => {
      await using test = await withSigned(isSigned)
      const key = await test.issue(rights)
      for (const options of [{}, { patch: [] }, { dryRun: true }]) {
        const reply = await test.repair(options, key)
        expect(await reply.json()).toMatchObject({
          outcome: 'refused',
          errors: [{ code: 'required' }],
        })
      }
    })
  }

  it('is verified before an administrator repairs it: no patch gets around a signature', async () => {
    await using test = await startQuarantineTest()
    await signBy(test, { keys: [(await aSigner('1')).jwk] })
    const headers = { ...test.as(), 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    const body = gzipSync(JSON.stringify(anEnvelope()))
    const init = { method: 'POST', headers, body }
    const reply = await test.request('/caliper/v1p2/events', init)
    const { quarantineId } = await problemOf(reply, 'invalid_signature')
    const patch = [{ op: 'replace', path: '', value: anEnvelope() }]
    const result = await test.replay(quarantineId!, { patch })
    expect(result).toMatchObject({ outcome: 'refused', errors: [{ code: 'not_signed' }] })
  })

  it('is free to be repaired where signing is possible and not required', async () => {
    await using test = await startQuarantineTest()
    await signBy(test, { keys: [(await aSigner('1')).jwk] }, false)
    const id = await setAside(test, untyped())
    const reply = await test.call(
      ...([
        'POST',
        `/quarantine/${id}/replay`,
        { patch: addType },
        await test.issue(rights),
      ] as const),
    )
    expect(await reply.json()).toMatchObject({ outcome: 'stored' })
  })
})

describe('the key of a fresh data folder', () => {
  it('sees what was set aside, and changes none of it', async () => {
    await using test = await startQuarantineTest()
    const id = await setAside(test, untyped())
    const { demo } = test.keys
    expect((await test.call('GET', `/quarantine/${id}`, undefined, demo)).status).toBe(200)
    for (const [method, path, body] of [
      ['POST', `/quarantine/${id}/replay`, {}],
      ['POST', '/quarantine/replay', { filter: {} }],
      ['DELETE', `/quarantine/${id}`, undefined],
    ] as const) {
      await problemOf(await test.call(method, path, body, demo), 'forbidden')
    }
  })
})
