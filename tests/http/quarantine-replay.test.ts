import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { problemOf } from '../support/battery'
import { aDescribe, anEnvelope, anEvent } from '../support/envelopes'
import { type Result, startQuarantineTest } from '../support/quarantine-api'
import { shared } from '../support/shared'

const json = 'application/json'
interface Document {
  paths: {
    '/quarantine/replay': {
      post: { requestBody: { content: Record<typeof json, { example: unknown }> } }
    }
  }
}

const addType = [{ op: 'add', path: '/type', value: 'ViewEvent' }]

function untyped(more: Record<string, unknown> = {}) {
  const { type: _, ...rest } = anEvent(more)
  return rest
}

/** An app with one Caliper item in quarantine. */
async function withItem(item: unknown) {
  const test = await startQuarantineTest()
  const receipt = await test.send([anEvent(), item])
  const { quarantineId } = receipt.quarantined[0]!
  return { ...test, receipt, quarantineId }
}

describe('an item that is replayed with a repair', () => {
  it('becomes an event with the id, time, source, request and surroundings it came with', async () => {
    const event = untyped()
    await using test = await withItem(event)
    const before = (await test.held(test.quarantineId))!
    test.clock.advance(3_600_000)
    const result = await test.replay(test.quarantineId, { patch: addType })

    expect(result).toEqual({
      quarantineId: test.quarantineId,
      outcome: 'stored',
      eventCount: 1,
      eventIds: [event.id],
      entityCount: 0,
      entityIds: [],
      duplicates: 0,
      quarantinedCount: 0,
      quarantined: [],
      errors: [],
    })
    const record = (await test.event(event.id))!
    expect(record).toMatchObject({
      type: 'ViewEvent',
      sourceId: 'demo',
      receivedAt: before.receivedAt,
      sendTime: before.context.sendTime!,
      standardVersion: '1.2',
      server: before.server,
    })
    expect(JSON.parse(record.raw)).toEqual({ ...event, type: 'ViewEvent' })
    expect(await test.held(test.quarantineId)).toBeUndefined()
  })

  it('can be read for as long as any event, counted from now', async () => {
    const event = untyped()
    await using test = await withItem(event)
    test.clock.advance(40 * 86_400_000)
    await test.replay(test.quarantineId, { patch: addType })
    expect(await test.event(event.id)).toBeDefined()
  })

  // One that says when it happened, and two that do not: the place tells those apart.
  for (const timestamp of ['2026-11-21T09:30:00Z', '2026-11', undefined]) {
    it(`has an id of what was sent: a native event without one, at ${timestamp}`, async () => {
      const item = { user_id: 'u1', timestamp }
      await using test = await startQuarantineTest()
      const { quarantined } = await test.sendNative([item])
      const replay = async (value: string, dryRun: boolean) => {
        const patch = [{ op: 'add', path: '/event_type', value }]
        return test.replay(String(quarantined[0]!.quarantineId), { patch, dryRun })
      }
      const [first] = (await replay('click', true)).eventIds
      expect(first).toMatch(/^evt_[0-9a-f]{32}$/)
      expect((await replay('tap', false)).eventIds).toEqual([first!])
    })
  }

  it('has the id that was sent, under whatever name', async () => {
    await using test = await startQuarantineTest()
    const sent = [{ id: 'evt_1' }, { event_id: 7 }]
    const { quarantined } = await test.sendNative(sent)
    const patch = [{ op: 'add', path: '/event_type', value: 'click' }]
    for (const [place, id] of ['evt_1', '7'].entries()) {
      const result = await test.replay(String(quarantined[place]!.quarantineId), { patch })
      expect(result).toMatchObject({ outcome: 'stored', eventIds: [id] })
    }
  })

  it('keeps the digits of long numbers', async () => {
    await using test = await startQuarantineTest()
    const event = JSON.stringify(untyped()).replace('{', '{"n":12345678901234567890,')
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const body = `{"data":[${event}]}`
    await test.request('/caliper/v1p2/events', { method: 'POST', headers, body })
    const { quarantineId } = (await test.list()).items[0]!
    const { eventIds } = await test.replay(String(quarantineId), { patch: addType })
    expect((await test.event(eventIds[0]!))!.raw).toStartWith('{"n":12345678901234567890,')
  })

  it('is an event like any other to whoever sends it again, right', async () => {
    const event = untyped()
    await using test = await withItem(event)
    await test.replay(test.quarantineId, { patch: addType })
    expect(await test.send([{ ...event, type: 'ViewEvent' }])).toMatchObject({ duplicates: 1 })
  })

  it('is a duplicate when it comes and is repaired again', async () => {
    const event = untyped()
    await using test = await withItem(event)
    await test.replay(test.quarantineId, { patch: addType })
    await test.send([event])
    const result = await test.replay(test.quarantineId, { patch: addType })
    expect(result).toMatchObject({ outcome: 'duplicate', duplicates: 1, eventIds: [event.id] })
    expect((await test.list()).items).toEqual([])
  })

  it('makes one event, whoever else replays it at the same moment with another repair', async () => {
    const { id: _, ...event } = untyped()
    await using test = await withItem(event)
    const replies = await Promise.all(
      ['ViewEvent', 'NavigationEvent', 'ToolUseEvent'].map((value) =>
        test.call('POST', `/quarantine/${test.quarantineId}/replay`, {
          patch: [{ op: 'add', path: '/type', value }],
        }),
      ),
    )
    const results = await Promise.all(
      replies.map(async (reply) =>
        reply.status === 404 ? 'not found' : test.json<Result>(Promise.resolve(reply)),
      ),
    )
    // On AWS each is in a process of its own: one that had read the item before it was gone learns
    // from the store that the event is there, with other content.
    const refused = { outcome: 'refused', errors: [{ code: 'conflict' }] }
    const others = results.filter((one) => one === 'not found' || one.outcome !== 'stored')
    expect(others).toHaveLength(2)
    for (const one of others) if (one !== 'not found') expect(one).toMatchObject(refused)
    expect((await test.list()).items).toEqual([])
    // Beside it is the event that came with the item.
    const { events } = await test.json<{ events: object[] }>(test.call('GET', '/analytics/events'))
    expect(events).toHaveLength(2)
  })

  for (const [name, item, patch] of [
    ['a Caliper event', () => ({ ...untyped(), id: undefined }), addType],
    [
      'a describe',
      () => ({ ...aDescribe(), type: 7 }),
      [{ op: 'add', path: '/type', value: 'Document' }],
    ],
  ] as const) {
    it(`has an id that no other repair changes: ${name} without one`, async () => {
      const sent = item()
      await using test = await withItem(sent)
      await test.replay(test.quarantineId, { patch })
      // It comes again, as from a sender that retries, and somebody repairs it in another way.
      await test.send([sent])
      const other = [...patch, { op: 'add', path: '/name', value: 'other' }]
      const result = await test.replay(test.quarantineId, { patch: other })
      expect(result).toMatchObject({ outcome: 'refused', errors: [{ code: 'conflict' }] })
    })
  }

  it('tells two clicks apart that do not say when they happened', async () => {
    await using test = await startQuarantineTest()
    const ids = new Set<string>()
    for (let times = 0; times < 2; times += 1) {
      test.clock.advance(1000)
      const { quarantined } = await test.sendNative([{ user_id: 'u1' }])
      const patch = [{ op: 'add', path: '/event_type', value: 'click' }]
      const { eventIds } = await test.replay(quarantined[0]!.quarantineId, { patch })
      ids.add(eventIds[0]!)
    }
    expect(ids.size).toBe(2)
  })

  it('takes a native line that is not JSON, when the patch replaces all of it', async () => {
    await using test = await startQuarantineTest()
    const headers = { ...test.as(), 'Content-Type': 'application/x-ndjson' }
    const body = '{"event_type":"a","id":"1"}\n{"event_type":"b","id"\n'
    await test.request('/api/v1/events', { method: 'POST', headers, body })
    const { quarantineId } = (await test.list()).items[0]!
    const refused = await test.replay(String(quarantineId), { patch: addType })
    expect(refused).toMatchObject({ outcome: 'refused', errors: [{ code: 'patch_failed' }] })
    const patch = [{ op: 'replace', path: '', value: { event_type: 'b', id: '2' } }]
    expect(await test.replay(String(quarantineId), { patch })).toMatchObject({ eventIds: ['2'] })
  })
})

describe('an item that still cannot be kept', () => {
  it('stays, and says why, in the reply and when it is read', async () => {
    await using test = await withItem(untyped())
    const result = await test.replay(test.quarantineId)
    expect(result).toMatchObject({
      outcome: 'refused',
      eventCount: 0,
      errors: [{ path: ['type'], pointer: '/type', code: 'required' }],
    })
    const shown = await test.show(test.quarantineId)
    expect(shown.lastReplay.errors).toEqual(result.errors)
  })

  it('has new reasons when the rules have changed', async () => {
    await using test = await withItem(untyped())
    const errors = [{ path: [], message: 'A rule of old', code: 'old' }]
    await test.platform.quarantine.amend('default', test.quarantineId, { errors })
    await test.replay(test.quarantineId)
    expect((await test.list('?code=required')).items).toHaveLength(1)
    expect((await test.list('?code=old')).items).toHaveLength(0)
  })

  it('keeps its own reasons when a repair fails, and notes that beside them', async () => {
    await using test = await withItem(untyped())
    const before = await test.held(test.quarantineId)
    const patch = [...addType, { op: 'remove', path: '/eventTime' }]
    const result = await test.replay(test.quarantineId, { patch })
    expect(result).toMatchObject({
      outcome: 'refused',
      errors: [{ path: ['eventTime'], pointer: '/eventTime' }],
    })
    const after = await test.held(test.quarantineId)
    expect(after).toMatchObject({ errors: before!.errors, raw: before!.raw })
    const shown = await test.show(test.quarantineId)
    expect(shown.lastReplay.errors).toEqual(result.errors)
  })

  it('names the operation that does not fit it', async () => {
    await using test = await withItem(untyped())
    const patch = [...addType, { op: 'test', path: '/action', value: 'Flown' }]
    const { errors } = await test.replay(test.quarantineId, { patch })
    expect(errors).toMatchObject([{ path: ['patch', 1], code: 'patch_failed' }])
  })
})

describe('a conflict', () => {
  async function withConflict() {
    const first = anEvent()
    const test = await startQuarantineTest()
    await test.send([first])
    const { quarantined } = await test.send([{ ...first, extra: 1 }])
    return { ...test, first, quarantineId: quarantined[0]!.quarantineId }
  }

  it('is replayed only with a patch that gives another id', async () => {
    await using test = await withConflict()
    const patch = [{ op: 'add', path: '/name', value: 'x' }]
    for (const options of [{}, { patch }]) {
      const result = await test.replay(test.quarantineId, options)
      expect(result).toMatchObject({ outcome: 'refused', errors: [{ code: 'conflict' }] })
    }
    const id = 'urn:uuid:9f1d3d44-7a2b-4f7e-8b5d-0b7a1f0e2c11'
    const another = [{ op: 'replace', path: '/id', value: id }]
    const result = await test.replay(test.quarantineId, { patch: another })
    expect(result).toMatchObject({ outcome: 'stored', eventIds: [id] })
    expect(JSON.parse((await test.event(test.first.id))!.raw)).toEqual(test.first)
  })

  it('stays one when the first is only in the lake any more', async () => {
    await using test = await withConflict()
    // As after its time in the hot store: the same item where nobody remembers the first.
    const conflict = (await test.held(test.quarantineId))!
    await using later = await startQuarantineTest()
    await later.platform.quarantine.put([conflict])
    const result = await later.replay(test.quarantineId)
    expect(result).toMatchObject({ outcome: 'refused', errors: [{ code: 'conflict' }] })
    expect(await later.event(test.first.id)).toBeUndefined()
  })
})

describe('a dry run', () => {
  const cases: [name: string, patch: unknown[], expected: Partial<Result>][] = [
    ['would be stored', addType, { outcome: 'stored', eventCount: 1 }],
    ['would be refused', [], { outcome: 'refused' }],
  ]
  for (const [name, patch, expected] of cases) {
    it(`says that it ${name}, and changes nothing`, async () => {
      const event = untyped()
      await using test = await withItem(event)
      const before = await test.held(test.quarantineId)
      expect(await test.replay(test.quarantineId, { patch, dryRun: true })).toMatchObject(expected)
      expect(await test.held(test.quarantineId)).toEqual(before!)
      expect(await test.event(event.id)).toBeUndefined()
    })
  }

  it('foresees duplicates and conflicts', async () => {
    const event = untyped()
    await using test = await withItem(event)
    await test.send([{ ...event, type: 'ViewEvent' }])
    const options = { patch: addType, dryRun: true }
    expect(await test.replay(test.quarantineId, options)).toMatchObject({ outcome: 'duplicate' })
    const patch = [{ op: 'add', path: '/type', value: 'NavigationEvent' }]
    const other = await test.replay(test.quarantineId, { patch, dryRun: true })
    expect(other).toMatchObject({ outcome: 'refused', errors: [{ code: 'conflict' }] })
  })
})

describe('a whole body', () => {
  async function withBody(text: string | Uint8Array, path: string, more: Record<string, string>) {
    const test = await startQuarantineTest()
    const headers = { ...test.as(), 'Content-Type': 'application/json', ...more }
    const init = { method: 'POST', headers, body: Buffer.from(text) }
    const reply = await test.request(path, init)
    const { quarantineId } = (await reply.json()) as { quarantineId: string }
    return { ...test, quarantineId }
  }
  const wrap = (event: unknown) => [
    { op: 'add', path: '', value: { sensor: 'urn:x', data: [event, 7] } },
  ]

  it('is read as the request it was: its events are stored, the rest set aside one by one', async () => {
    const event = anEvent()
    await using test = await withBody(JSON.stringify(event), '/caliper/v1p2/events', {})
    const result = await test.replay(test.quarantineId, { patch: wrap(event) })
    expect(result).toMatchObject({ outcome: 'stored', eventIds: [event.id], quarantinedCount: 1 })
    expect(await test.held(test.quarantineId)).toBeUndefined()
    expect(await test.held(result.quarantined[0]!)).toMatchObject({ raw: '7', index: 1 })
  })

  it('that was compressed is decompressed first', async () => {
    const { data, ...rest } = anEnvelope()
    const text = gzipSync(JSON.stringify({ ...rest, Data: data }))
    const encoding = { 'Content-Encoding': 'gzip' }
    await using test = await withBody(text, '/caliper/v1p2/events', encoding)
    const patch = [{ op: 'move', from: '/Data', path: '/data' }]
    const result = await test.replay(test.quarantineId, { patch })
    expect(result).toMatchObject({ outcome: 'stored', eventCount: 1 })
  })

  it('that was said to be compressed and was not is taken as it is', async () => {
    const text = 'nothing\n{"event_type":"a","id":"1"}\n{"event_type":"b","id":"2"}'
    const more = { 'Content-Encoding': 'gzip', 'Content-Type': 'application/x-ndjson' }
    await using test = await withBody(text, '/api/v1/events', more)
    expect(await test.replay(test.quarantineId)).toMatchObject({ eventIds: ['1', '2'] })
  })

  it('of which nothing can be kept becomes what it held, in quarantine', async () => {
    await using test = await withBody('{"event_type"', '/api/v1/events', {})
    const patch = [{ op: 'replace', path: '', value: [{}, 7] }]
    const result = await test.replay(test.quarantineId, { patch })
    expect(result).toMatchObject({ outcome: 'set_aside', quarantinedCount: 2 })
    expect((await test.list()).items).toHaveLength(2)
  })

  it('that would become nothing at all stays', async () => {
    await using test = await withBody('7', '/api/v1/events', {})
    const patch = [{ op: 'replace', path: '', value: [] }]
    const result = await test.replay(test.quarantineId, { patch })
    expect(result).toMatchObject({ outcome: 'refused', errors: [{ code: 'empty' }] })
    expect(await test.held(test.quarantineId)).toBeDefined()
  })

  it('still unreadable stays, with the reasons', async () => {
    await using test = await withBody('{"data":', '/caliper/v1p2/events', {})
    const result = await test.replay(test.quarantineId)
    expect(result).toMatchObject({ outcome: 'refused', errors: [{ code: 'invalid_json' }] })
  })
})

describe('POST /quarantine/replay', () => {
  it('replays what matches, oldest first, in steps, and says what became of each', async () => {
    await using test = await startQuarantineTest()
    const events = [untyped(), untyped(), untyped()]
    await test.send([events[0], 7])
    await test.send([events[1], events[2]])
    const asked = { filter: { code: 'required', sourceId: 'demo' }, patch: addType, limit: 2 }
    const rehearsal = await test.replayAll({ ...asked, limit: 1000, dryRun: true })
    expect(rehearsal.counts).toEqual({
      stored: 3,
      duplicate: 0,
      set_aside: 0,
      withheld: 0,
      refused: 0,
    })
    expect((await test.list()).items).toHaveLength(4)

    const first = await test.replayAll(asked)
    expect(first.results.flatMap(({ eventIds }) => eventIds)).toEqual([
      events[0]!.id,
      events[1]!.id,
    ])
    const second = await test.replayAll({ ...asked, cursor: first.nextCursor })
    expect(second).toMatchObject({ dryRun: false, counts: { stored: 1 } })
    expect(second.nextCursor).toBeUndefined()
    expect((await test.list()).items).toMatchObject([{ errors: [{ code: 'not_an_object' }] }])
  })

  it('counts what is refused, and leaves it', async () => {
    await using test = await startQuarantineTest()
    await test.send([untyped(), 7])
    const { counts } = await test.replayAll({ filter: {} })
    expect(counts).toEqual({ stored: 0, duplicate: 0, set_aside: 0, withheld: 0, refused: 2 })
    expect((await test.list()).items).toHaveLength(2)
  })

  const refused: [name: string, body: unknown, path: (string | number)[]][] = [
    ['no filter', {}, ['filter']],
    ['an unknown filter', { filter: { type: 'x' } }, ['filter', 'type']],
    ['a patch that is no array', { filter: {}, patch: {} }, ['patch']],
    [
      'an unknown operation',
      { filter: {}, patch: [{ op: 'append', path: '' }] },
      ['patch', 0, 'op'],
    ],
    [
      'an operation without a value',
      { filter: {}, patch: [{ op: 'add', path: '/a' }] },
      ['patch', 0, 'value'],
    ],
    [
      'a pointer that is none',
      { filter: {}, patch: [{ op: 'remove', path: 'a' }] },
      ['patch', 0, 'path'],
    ],
    [
      'a move from nowhere',
      { filter: {}, patch: [{ op: 'move', path: '/a' }] },
      ['patch', 0, 'from'],
    ],
    [
      'more than 100 operations',
      { filter: {}, patch: Array(101).fill({ op: 'remove', path: '/a' }) },
      ['patch'],
    ],
    ['a limit of 0', { filter: {}, limit: 0 }, ['limit']],
    ['a time that is none', { filter: { from: 'then' } }, ['filter', 'from']],
  ]
  const rows = shared(startQuarantineTest)
  for (const [name, body, path] of refused) {
    it(`refuses ${name}, naming it`, async () => {
      const test = await rows()
      const reply = await test.call('POST', '/quarantine/replay', body)
      const { errors } = await problemOf(reply, 'invalid_request')
      expect(errors.map((issue) => issue.path)).toContainEqual(path)
    })
  }

  it('takes the example of the document', async () => {
    await using test = await startQuarantineTest()
    await test.send([untyped()])
    const document = await test.json<Document>(test.call('GET', '/openapi.json'))
    const { example } = document.paths['/quarantine/replay'].post.requestBody.content[json]
    expect(await test.replayAll(example)).toMatchObject({ counts: { stored: 1 } })
  })
})
