import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import type { EventRecord } from '../../src/event/record'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { aRecord } from '../support/records'
import { startSourceTest } from '../support/sources-api'

const MB = 1024 * 1024

/** A record whose raw text has about so many bytes, with pairs of surrogates at even and odd places. */
function large(bytes: number, changes: Partial<EventRecord> = {}): EventRecord {
  const text = `${'x'.repeat(1 + (bytes % 2))}${'😀'.repeat(bytes / 4)}"\\`
  return aRecord({ raw: JSON.stringify({ text }), ...changes })
}

async function pages(app: TestApp, path: string, name: string) {
  const sizes: number[] = []
  const items: Record<string, unknown>[] = []
  let cursor: string | undefined
  do {
    const address = `${path}${cursor === undefined ? '' : `&cursor=${cursor}`}`
    const response = await app.request(address, { headers: app.as() })
    expect(response.status).toBe(200)
    const text = await response.text()
    const page = JSON.parse(text)
    sizes.push(text.length)
    items.push(...page[name])
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return { sizes, items }
}

describe('pages of what is large', () => {
  for (const view of ['sent', 'record']) {
    it(`give every event once, whole, in answers of a few megabytes (view=${view})`, async () => {
      await using app = await startTestApp()
      const records = Array.from({ length: 12 }, (_, n) => large(MB + n))
      for (const record of records) await app.platform.events.append([record])
      const path = `/analytics/events?limit=1000&view=${view}`
      const { sizes, items } = await pages(app, path, 'events')
      const expected = records.toReversed()
      if (view === 'record') expect(items).toEqual(expected as never)
      else expect(items).toEqual(expected.map(({ raw }) => JSON.parse(raw)))
      expect(Math.max(...sizes)).toBeLessThan(4 * MB)
      expect(sizes.length).toBeGreaterThan(3)
    })
  }

  it('give an event that is larger than a page by itself, and go on', async () => {
    await using app = await startTestApp()
    const records = [large(100), large(5.5 * MB), large(100)]
    for (const record of records) await app.platform.events.append([record])
    const { sizes, items } = await pages(app, '/analytics/events?limit=1000', 'events')
    expect(items).toEqual(records.toReversed().map(({ raw }) => JSON.parse(raw)))
    expect(sizes).toHaveLength(3)
    const one = await app.request(`/analytics/events/${records[1]!.eventId}`, { headers: app.as() })
    expect(await one.text()).toBe(records[1]!.raw)
  })

  it('list quarantine without its texts, and give each text whole', async () => {
    await using app = await startTestApp()
    const bodies = [1, 2, 3, 4].map((n) => `${'😀'.repeat((n * MB) / 4)}${'"'.repeat(n)}`)
    for (const body of bodies) {
      const headers = { ...app.as(), 'Content-Type': 'application/json' }
      const response = await app.request('/caliper/v1p2/events', { method: 'POST', headers, body })
      expect(response.status).toBe(400)
    }
    const { sizes, items } = await pages(app, '/quarantine?limit=1000', 'items')
    expect(sizes).toHaveLength(1)
    expect(sizes[0]!).toBeLessThan(10_000)
    expect(items.map(({ length }) => length)).toEqual(bodies.toReversed().map((b) => b.length))
    for (const [at, { quarantineId }] of items.entries()) {
      const response = await app.request(`/quarantine/${quarantineId}`, { headers: app.as() })
      expect(((await response.json()) as { raw: string }).raw).toBe(bodies.at(-1 - at)!)
    }
  })
})

describe('the room for answers', () => {
  const ask = (app: TestApp, key?: string) =>
    app.request('/analytics/events', { headers: app.as(key) })

  /** As many readers as are served, who take nothing, until one has to wait. */
  async function readersUntilFull(app: TestApp, key?: string) {
    const held: Response[] = []
    for (;;) {
      const reader = ask(app, key)
      const isWaiting = await Promise.race([
        reader.then(() => false),
        Bun.sleep(1000).then(() => true),
      ])
      if (isWaiting) return { held, next: reader }
      held.push(await reader)
      expect(held.length).toBeLessThan(20)
    }
  }

  notOnAws('one at a time')(
    "is not taken by one tenant's readers, who wait for each other, and is had back",
    async () => {
      await using app = await startTestApp()
      const theirs = await app.issue(['events:read'], 'other')
      for (const tenantId of ['default', 'other']) {
        await app.platform.events.append([large(2 * MB, { tenantId })])
      }
      const { held, next } = await readersUntilFull(app)
      expect(held.length).toBeGreaterThan(2)
      expect(await (await ask(app, theirs)).text()).toContain('😀')

      await held.pop()!.body!.cancel()
      const waited = await next
      expect(waited.status).toBe(200)
      for (const response of [...held, waited]) await response.text()
      for (let n = 0; n < 5; n += 1)
        expect((await (await ask(app)).text()).length).toBeGreaterThan(MB)
    },
  )

  notOnAws('one at a time')(
    'is had back from readers that leave before they are served, and from HEAD',
    async () => {
      await using app = await startTestApp()
      await app.platform.events.append([large(2 * MB)])
      const { held, next } = await readersUntilFull(app)
      const leaving = new AbortController()
      const left = app.request('/analytics/events', { headers: app.as(), signal: leaving.signal })
      leaving.abort()
      expect((await left).status).toBe(503)
      for (const response of held) await response.text()
      await (await next).text()
      for (let n = 0; n < 5; n += 1) {
        const head = await app.request('/analytics/events', { method: 'HEAD', headers: app.as() })
        expect(head.status).toBe(200)
      }
      expect((await ask(app)).status).toBe(200)
    },
  )
})

describe('what repeats a request', () => {
  const long = 'k'.repeat(20_000)
  const wrong = Object.fromEntries(Array.from({ length: 199 }, (_, n) => [`a${n}`, 1]))
  const bodies: [name: string, body: unknown][] = [
    [
      'wrong names under a long one',
      anEnvelope(some(150, () => ({ [long]: { id: 1, ...wrong } }))),
    ],
    ['names of megabytes', anEnvelope(some(2, () => ({ ['m'.repeat(2 * MB)]: 1 })))],
    ['thousands of small faults', anEnvelope(some(1500, () => ({ eventTime: 1, action: 'x' })))],
    ['an envelope of names', { ...anEnvelope([]), ...numbered(100_000) }],
    ['an item of names', anEnvelope(some(1, () => numbered(50_000)))],
    ['no items', anEnvelope(Array.from({ length: 50_000 }, () => 0))],
  ]

  function some(count: number, more: () => object) {
    return Array.from({ length: count }, () => anEvent({ ...more() }))
  }
  function numbered(count: number) {
    return Object.fromEntries(Array.from({ length: count }, (_, n) => [`name${n}`, n]))
  }

  for (const [name, body] of bodies) {
    it(`reports on ${name} in a megabyte at most, and counts what it does not list`, async () => {
      await using app = await startTestApp()
      const response = await app.request('/caliper/v1p2/events/validate', {
        method: 'POST',
        // On AWS whoever shows no key may have less checked.
        headers: { 'Content-Type': 'application/json', ...app.as() },
        body: JSON.stringify(body),
      })
      expect(response.status).toBe(400)
      const text = await response.text()
      expect(text.length).toBeLessThan(1.1 * MB)
      const { errors, warnings = [], truncated, counts } = JSON.parse(text)
      for (const [list, all] of [
        [errors, counts?.errors],
        [warnings, counts?.warnings],
      ] as const) {
        expect(list.length).toBeLessThanOrEqual(1001)
        if (list.at(-1)?.code !== 'too_many' || list.at(-1).path.length > 0) continue
        expect(truncated).toBe(true)
        const sum = Object.values<number>(all).reduce((a, b) => a + b, 0)
        expect(sum).toBeGreaterThanOrEqual(list.length)
      }
    })
  }

  it('bounds the receipt and the refusal of a strict source, and what it keeps of the reasons', async () => {
    await using test = await startSourceTest()
    await test.setMode('strict')
    for (const [, body] of bodies.slice(0, 2)) {
      const response = await test.send(body)
      expect(response.status).toBe(400)
      const text = await response.text()
      expect(text.length).toBeLessThan(100_000)
      expect(JSON.parse(text).errors.length).toBeGreaterThan(0)
    }
    const headers = test.as(test.keys.demo)
    const list = await test.request('/quarantine?limit=1000', { headers })
    const { items } = (await list.json()) as { items: { errors: unknown[] }[] }
    expect(items.length).toBeGreaterThan(100)
    for (const { errors } of items) expect(JSON.stringify(errors).length).toBeLessThan(40_000)
  })

  it('names numbers only when the ids of a body are more than four megabytes', async () => {
    await using app = await startTestApp()
    const events = Array.from({ length: 2600 }, (_, n) => ({
      event_type: 'a',
      event_id: `${'i'.repeat(1990)}${n}`,
    }))
    const response = await app.request('/api/v1/events', {
      method: 'POST',
      headers: { ...app.as(), 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      body: gzipSync(JSON.stringify(events)),
    })
    const receipt = await response.json()
    expect(receipt).toMatchObject({ eventCount: 2600, eventIds: [], quarantined: [] })
  })

  notOnAws('long address')(
    'names the first hundred of the parameters that it does not know, and how many there are',
    async () => {
      await using app = await startTestApp()
      const names = Array.from({ length: 2000 }, (_, n) => `unknown${n}=1`).join('&')
      const response = await app.request(`/analytics/events?${names}`, { headers: app.as() })
      const problem = await problemOf(response, 'invalid_request')
      expect(problem.errors).toHaveLength(100)
      expect(problem).toHaveProperty('errorCount', 2000)
      expect(problem.detail.length).toBeLessThan(2100)
    },
  )
})
