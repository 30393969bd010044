import { describe, expect, it } from 'bun:test'
import { batteryOf, problemOf } from '../support/battery'
import { anEvent } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { startQuarantineTest } from '../support/quarantine-api'
import { shared } from '../support/shared'

const untyped = () => {
  const { type: _, ...rest } = anEvent()
  return rest
}

describe('GET /quarantine', () => {
  it('shows what could not be kept, newest first, with its reasons and its request', async () => {
    await using test = await startQuarantineTest()
    const [event, other] = [untyped(), untyped()]
    const { quarantined, requestId } = await test.send([anEvent(), event])
    await test.send([other])

    const { items, nextCursor, usage } = await test.list()
    expect(nextCursor).toBeUndefined()
    expect(items.map(({ id }) => id)).toEqual([other.id, event.id])
    expect(items[1]).toMatchObject({
      quarantineId: quarantined[0]!.quarantineId,
      sourceId: 'demo',
      standard: 'caliper',
      scope: 'item',
      index: 1,
      errors: [{ path: ['type'], pointer: '/type', message: 'Required', code: 'required' }],
      server: { requestId, ip: '192.0.2.7' },
      context: { dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p2' },
      length: JSON.stringify(event).length,
    })
    expect(items[1]).not.toHaveProperty('raw')
    expect(items[1]).not.toHaveProperty('tenantId')
    expect(usage).toMatchObject([
      { sourceId: 'demo', items: 2, maxItems: 100_000, maxBytes: 268_435_456, nearlyFull: false },
    ])
  })

  it('finds by source, standard, code, scope and time, and goes on by cursor', async () => {
    await using test = await startQuarantineTest()
    await test.send([untyped(), untyped(), 7])
    await test.sendNative([{ event_type: '' }])
    await test.call('POST', '/caliper/v1p2/events', 'no envelope')
    const finds = async (query: string) => (await test.list(`?${query}`)).items.length
    expect(await finds('sourceId=demo')).toBe(5)
    expect(await finds('sourceId=other')).toBe(0)
    expect(await finds('standard=native')).toBe(1)
    expect(await finds('code=required')).toBe(2)
    expect(await finds('scope=body')).toBe(1)
    expect(await finds('from=2099-01-01')).toBe(0)
    expect(await finds('to=2099-01-01&code=not_an_object')).toBe(1)

    const seen: unknown[] = []
    let cursor = ''
    do {
      const page = await test.list(`?scope=item&limit=3${cursor}`)
      seen.push(...page.items.map(({ quarantineId }) => quarantineId))
      cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`
    } while (cursor !== '')
    expect(new Set(seen).size).toBe(4)
    expect(seen).toHaveLength(4)
  })

  for (const query of [
    'sourceid=demo',
    'limit=0',
    'limit=1001',
    'scope=all',
    'standard=scorm',
    'from=yesterday',
    'code=',
    'scope=item&scope=body',
  ]) {
    it(`refuses ?${query}, naming the parameter`, async () => {
      await using test = await startQuarantineTest()
      const problem = await problemOf(
        await test.call('GET', `/quarantine?${query}`),
        'invalid_request',
      )
      expect(query).toStartWith(String(problem.errors[0]!.path[0]))
    })
  }

  it('refuses a cursor of another filter', async () => {
    await using test = await startQuarantineTest()
    await test.send([untyped(), untyped()])
    const { nextCursor } = await test.list('?limit=1')
    const path = `/quarantine?limit=1&scope=item&cursor=${nextCursor}`
    await problemOf(await test.call('GET', path), 'invalid_cursor')
  })
})

describe('GET and DELETE /quarantine/{id}', () => {
  it('gives an item as it was received, and gives it up', async () => {
    await using test = await startQuarantineTest()
    const body = '{ "data": [ {"n": 1.0, "id": "x"} ] }'
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    await test.request('/caliper/v1p2/events', { method: 'POST', body, headers })
    const { quarantineId } = (await test.list()).items[0]!
    const item = await test.json(test.call('GET', `/quarantine/${quarantineId}`))
    expect(item).toMatchObject({ quarantineId, id: 'x', raw: '{"n": 1.0, "id": "x"}', length: 21 })

    const deleted = await test.call('DELETE', `/quarantine/${quarantineId}`)
    expect(deleted.status).toBe(204)
    expect(test.logged.join('\n')).toContain(String(quarantineId))
    await problemOf(await test.call('GET', `/quarantine/${quarantineId}`), 'not_found')
    await problemOf(await test.call('DELETE', `/quarantine/${quarantineId}`), 'not_found')
    expect((await test.list()).usage).toEqual([])
  })
})

describe('/quarantine/replay', () => {
  const rows = shared(startQuarantineTest)
  for (const method of ['GET', 'DELETE', 'PUT']) {
    it(`is not taken for the id of an item by ${method}`, async () => {
      const test = await rows()
      const response = await test.call(method, '/quarantine/replay')
      await problemOf(response, 'method_not_allowed')
      expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
    })
  }
})

describe('another tenant', () => {
  it('neither sees, replays nor deletes what is in quarantine', async () => {
    await using test = await startQuarantineTest()
    const { quarantined } = await test.send([untyped()])
    const path = `/quarantine/${quarantined[0]!.quarantineId}`
    const stranger = await test.issue(['quarantine:read', 'quarantine:write'], 'elsewhere')
    for (const [method, at, body] of [
      ['GET', path],
      ['DELETE', path],
      ['POST', `${path}/replay`, { patch: [{ op: 'add', path: '/type', value: 'ViewEvent' }] }],
    ] as const) {
      await problemOf(await test.call(method, at, body, stranger), 'not_found')
    }
    const list = await test.call('GET', '/quarantine', undefined, stranger)
    expect(await list.json()).toEqual({ items: [], usage: [] })
    const all = await test.call('POST', '/quarantine/replay', { filter: {} }, stranger)
    expect(await all.json()).toMatchObject({ results: [] })
    expect((await test.list()).items).toHaveLength(1)
  })
})

describe('a source whose quarantine is full', () => {
  const config = { quarantineMaxItems: 5 }

  it('is told 503 and when to come again; its good events are stored, nothing held is lost', async () => {
    await using test = await startQuarantineTest(config)
    await test.send(Array.from({ length: 5 }, untyped))
    const good = anEvent()
    const body = { sensor: 'urn:x', data: [good, untyped()] }
    const send = () => test.call('POST', '/caliper/v1p2/events', body)
    const response = await send()
    const problem = await problemOf(response, 'quarantine_full')
    expect(problem.detail).toContain('Source demo may have 5 items')
    expect(response.headers.get('Retry-After')).toBe('300')
    expect(await test.event(good.id)).toBeDefined()
    expect((await test.list()).items).toHaveLength(5)
    await problemOf(await test.call('POST', '/caliper/v1p2/events', '{'), 'quarantine_full')

    // Somebody makes room: the sender that came again loses nothing.
    const { quarantineId } = (await test.list()).items[0]!
    await test.call('DELETE', `/quarantine/${quarantineId}`)
    const receipt = await test.json(send())
    expect(receipt).toMatchObject({ duplicates: 1, quarantined: [{ index: 1 }] })
  })

  it('may go on sending what is good, and what is held there already', async () => {
    await using test = await startQuarantineTest(config)
    const bad = Array.from({ length: 5 }, untyped)
    await test.send(bad)
    expect((await test.send([anEvent(), ...bad])).eventCount).toBe(1)
  })

  it('is in the log once a minute, in the list and at /ready, from 80 % on', async () => {
    await using test = await startQuarantineTest(config)
    const ready = () => test.json<object>(test.call('GET', '/ready'))
    const lines = (part: string) => test.logged.filter((line) => line.includes(part)).length
    await test.send([untyped(), untyped(), untyped()])
    expect(await ready()).toMatchObject({ quarantine: { nearlyFull: 0 } })
    expect(lines('nearly full')).toBe(0)
    test.clock.advance(5_000) // so long an answer on AWS is that of all
    await test.send([untyped()])
    await test.send([untyped()])
    expect(await ready()).toMatchObject({ status: 'ready', quarantine: { nearlyFull: 1 } })
    expect((await test.list()).usage).toMatchObject([{ items: 5, nearlyFull: true }])
    expect(lines('nearly full')).toBe(1)

    const send = () => test.call('POST', '/caliper/v1p2/events', { data: [untyped()] })
    for (let times = 0; times < 3; times += 1) expect((await send()).status).toBe(503)
    expect(lines('is full')).toBe(1)
    test.clock.advance(60_000)
    await send()
    expect(lines('is full')).toBe(2)
  })

  notOnAws('limits')('leaves other sources their room', async () => {
    await using test = await startQuarantineTest({ quarantineMaxBytes: 2000 })
    const large = { ...untyped(), name: 'x'.repeat(2000) }
    const reply = await test.call('POST', '/caliper/v1p2/events', { data: [large] })
    expect((await problemOf(reply, 'quarantine_full')).detail).toContain('2000 bytes')
    const foreign = await test.issue(['events:write'], 'elsewhere')
    const theirs = await test.call('POST', '/caliper/v1p2/events', { data: [7] }, foreign)
    expect(theirs.status).toBe(200)
  })
})

describe('the receipt of a request that is wrong throughout', () => {
  it('names a hundred items, counts all, and says where the others are', async () => {
    await using test = await startQuarantineTest()
    const receipt = await test.send(Array.from({ length: 101 }, untyped))
    expect(receipt.quarantined).toHaveLength(100)
    expect(receipt.quarantined.at(-1)).toMatchObject({ index: 99 })
    expect(receipt.quarantinedCount).toBe(101)
    const { quarantinedLink = '' } = receipt
    const { items } = await test.json<{ items: unknown[] }>(
      test.call('GET', `${quarantinedLink}&limit=1000`),
    )
    expect(items).toHaveLength(101)
  })

  it('stays small when an envelope brings a thousand', async () => {
    await using test = await startQuarantineTest()
    const receipt = await test.send(Array.from({ length: 1000 }, untyped))
    expect(JSON.stringify(receipt).length).toBeLessThan(40_000)
  })

  it('has no count and no link while it names all', async () => {
    await using test = await startQuarantineTest()
    const receipt = await test.send(Array.from({ length: 100 }, untyped))
    expect(receipt.quarantined).toHaveLength(100)
    expect(receipt).not.toHaveProperty('quarantinedCount')
    expect(receipt).not.toHaveProperty('quarantinedLink')
  })
})

batteryOf({
  method: 'GET',
  path: '/quarantine',
  scope: 'quarantine:read',
  otherMethod: 'POST',
})
batteryOf({
  method: 'GET',
  path: '/quarantine/qua_x',
  scope: 'quarantine:read',
  otherMethod: 'POST',
})
batteryOf({
  method: 'DELETE',
  path: '/quarantine/qua_x',
  scope: 'quarantine:write',
  otherMethod: 'PUT',
})
batteryOf({
  method: 'POST',
  path: '/quarantine/replay',
  scope: 'quarantine:write',
  otherMethod: 'PUT',
  body: { type: 'application/json', text: '{"filter":{"sourceId":"example"},"dryRun":true}' },
})
batteryOf({
  method: 'POST',
  path: '/quarantine/qua_x/replay',
  scope: 'quarantine:write',
  otherMethod: 'GET',
  body: {
    type: 'application/json',
    text: '{"patch":[{"op":"add","path":"/x","value":"example"}],"dryRun":true}',
  },
  async prepare({ platform }) {
    const item = { quarantineId: 'qua_x', tenantId: 'default', sourceId: 'demo', index: 0 }
    const what = { standard: 'native', scope: 'item', context: {}, raw: '{}' } as const
    const receivedAt = '2026-11-21T09:30:00.000Z'
    const server = { requestId: 'r' }
    await platform.quarantine.put([{ ...item, ...what, errors: [], receivedAt, server }])
  },
})
