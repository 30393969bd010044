import { describe, expect, it } from 'bun:test'
import { memoryBlobs } from '../../../../tests/support/blobs'
import { aRecord } from '../../../../tests/support/records'
import { oldRows } from './expiry'
import { pointersOf } from './oversize'
import { createLakeErasures, createRequests, type Request } from './requests'
import { nextStep, openOn, type RequestPart, type Situation, type Step, textOf } from './steps'
import { settledColumns, text, viewText } from './texts'

const requestedAt = '2026-11-23T12:00:00.000Z'

function aRequest(more: Partial<Request> = {}): Request {
  return { tenantId: 'school', id: 'ers_1', actorIds: ['urn:a'], requestedAt, removed: 0, ...more }
}

/** All is settled up to the day before the 24th. */
function situation(requests: Request[], until = '2026-11-24'): Situation {
  const state = {
    ...{ moved: {}, failures: 0, ended: 0, from: until, view: viewText(until) },
    columns: settledColumns.map(({ name }) => name),
  }
  return { state, landed: new Map(), requests, until, now: new Date(`${until}T04:00:00.000Z`) }
}

const partsOf = (step: Step | undefined): readonly RequestPart[] =>
  step !== undefined && 'parts' in step ? step.parts : []

describe('a request', () => {
  it('is taken once, without ids that are nobody', async () => {
    const blobs = memoryBlobs()
    const erasures = createLakeErasures(blobs)
    await erasures.request('a/b', { id: 'e', actorIds: ['urn:a', '', 'urn:a'], requestedAt })
    await erasures.request('a/b', { id: 'e', actorIds: ['urn:other'], requestedAt })
    expect(await createRequests(blobs).open()).toMatchObject([{ actorIds: ['urn:a'] }])
    expect(await erasures.state('a/b', 'e')).toEqual({
      ...{ status: 'waiting', found: 0, settledBy: '2026-11-25', landedBy: '2026-11-27' },
    })
    expect(await erasures.state('a', 'b/e')).toBeUndefined()
  })

  it('of nobody is done at once', async () => {
    const blobs = memoryBlobs()
    await createLakeErasures(blobs).request('t', { id: 'e', actorIds: [''], requestedAt })
    expect(await createLakeErasures(blobs).state('t', 'e')).toMatchObject({ status: 'done' })
    expect(await createRequests(blobs).open()).toEqual([])
  })

  it('waits until its day is closed, with those of others; one that counts does not', () => {
    expect(nextStep(situation([aRequest()], '2026-11-23'))).toBeUndefined()
    const counting = aRequest({ isDryRun: true })
    expect(nextStep(situation([counting], '2026-11-23'))).toMatchObject({ kind: 'count-all' })
    const step = nextStep(situation([aRequest(), aRequest({ tenantId: 'other' })]))
    expect(step).toMatchObject({ kind: 'find' })
    expect(partsOf(step).map(({ tenantId }) => tenantId)).toEqual(['school', 'other'])
  })

  it('is counted before it is carried out', () => {
    const counted = nextStep(situation([aRequest({ found: 1 })]))
    expect(counted).toMatchObject({ kind: 'erase', parts: [{ ids: [0, 1] }] })
    const erased = aRequest({ found: 1, erased: 1, deletedAt: requestedAt })
    expect(nextStep(situation([erased]))).toBeUndefined()
  })

  it('of ten thousand accounts is carried out in statements that Athena takes', () => {
    const actorIds = Array.from({ length: 10_000 }, (_, at) => {
      return `https://lms.example.edu/with'quotes/|${'ü'.repeat(20)}${at}@example.edu`
    })
    const pointers = Array.from({ length: 200 }, (_, at) => {
      return JSON.stringify({
        tooLargeForTheLake: {
          blob: `large/standard/2026-11-23/${'f'.repeat(60)}${at}`,
          bytes: 12_345_678,
        },
      })
    })
    const request = aRequest({ actorIds, pointers })
    let statements = 0
    for (;;) {
      const at = situation([request])
      const step = nextStep(at)
      if (step === undefined) break
      expect(Buffer.byteLength(textOf(step, at, 'lake'))).toBeLessThan(262_144)
      const { ids } = partsOf(step)[0]!
      if (step.kind === 'find') request.found = ids[1]
      else request.erased = ids[1]
      if (request.erased === actorIds.length) request.deletedAt = requestedAt
      statements += 1
    }
    expect(request.erased).toBe(10_000)
    expect(statements).toBeLessThan(200)
  })

  it('is heeded when a day of its time is settled, the oldest first while there is room', () => {
    const many = Array.from({ length: 2000 }, (_, at) => `urn:${'x'.repeat(40)}${at}`)
    const requests = [
      aRequest(),
      aRequest({ id: 'many', actorIds: many }),
      aRequest({ id: 'last' }),
    ]
    const { named, tooMany } = openOn('2026-11-24', requests)
    expect(named.map(({ id }) => id)).toEqual(['ers_1'])
    expect(tooMany.map(({ id }) => id)).toEqual(['many', 'last'])
    expect(openOn('2026-11-25', requests).named).toEqual([])
    const merge = textOf({ kind: 'merge', day: '2026-11-24' }, { requests }, 'lake')
    expect(Buffer.byteLength(merge)).toBeLessThan(262_144)
  })
})

describe('a record that was too large for the lake', () => {
  it('is found by what stands for it, where it is theirs and old enough', async () => {
    const blobs = memoryBlobs()
    const put = (key: string, more: Parameters<typeof aRecord>[0]) => {
      const record = aRecord({
        tenantId: 'school',
        actorId: 'urn:a',
        receivedAt: requestedAt,
        ...more,
      })
      return blobs.put(`large/standard/2026-11-23/${key}`, Buffer.from(JSON.stringify(record)))
    }
    await put('theirs', {})
    await put('in-raw', { actorId: 'urn:b', raw: '{"x":"urn:a"}' })
    await put('of-others', { actorId: 'urn:ab', raw: '{}' })
    await put('elsewhere', { tenantId: 'other' })
    await put('later', { receivedAt: '2026-11-23T12:00:00.001Z' })
    const found = await pointersOf(aRequest(), blobs)
    expect(found.map((pointer) => JSON.parse(pointer).tooLargeForTheLake.blob)).toEqual([
      'large/standard/2026-11-23/in-raw',
      'large/standard/2026-11-23/theirs',
    ])
  })
})

describe('old rows', () => {
  const days = { standard: 2555, sensitive: 1095, pii: 365, system: 365 }

  it('are those of most tenants, and of the others by name', async () => {
    const now = new Date('2026-11-29T12:00:00.000Z')
    const [sql, ...more] = await oldRows(now, ['a', "b'c", 'd'], async (tenantId) => {
      return tenantId === "b'c" ? { ...days, pii: 30 } : days
    })
    expect(sql).toContain(
      `(retention_class = 'pii' AND day < '2025-11-29' AND tenant_id NOT IN ('b''c'))`,
    )
    expect(sql).toContain(
      `(retention_class = 'pii' AND day < '2026-10-30' AND tenant_id IN ('b''c'))`,
    )
    expect(sql).toContain(`(retention_class = 'standard' AND day < '2019-12-01')`)
    expect(more).toEqual([])
  })

  it('of many tenants with days of their own are in statements that Athena takes', async () => {
    const tenants = Array.from({ length: 20_000 }, (_, at) => `school-number-${at}`)
    const conditions = await oldRows(new Date(), tenants, async (tenantId) => {
      const own = 30 + (Number(tenantId.split('-').at(-1)) % 50)
      return { ...days, standard: own, pii: own }
    })
    for (const one of conditions) expect(Buffer.byteLength(one)).toBeLessThan(220_000)
    const named = new Set(conditions.join().match(/school-number-\d+/g))
    expect(named.size).toBe(20_000)
    expect(conditions.length).toBeLessThan(10)
  })

  it('are none but those whose sender said so, where there is no tenant', async () => {
    const [sql] = await oldRows(new Date('2026-11-29T12:00:00.000Z'), [], async () => days)
    expect(sql).toStartWith('(retention_days IS NOT NULL')
  })
})

describe('a text of SQL', () => {
  it('holds quotes, control characters and half pairs as the lake has them', () => {
    expect(text("it's")).toBe("'it''s'")
    expect(text('a\\b')).toBe(String.raw`'a\b'`)
    expect(text('a\u0000\\b')).toBe(String.raw`U&'a\0000\005cb'`)
    expect(text('\ud800')).toBe("'\ufffd'")
  })
})
