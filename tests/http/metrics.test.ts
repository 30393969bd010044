import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addSourceOnce } from '../../src/cli/source-option'
import { readPolicy } from '../../src/governance/policy/read'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { type Exposed, readExposition } from '../support/exposition'
import { notOnAws } from '../support/not-on-aws'

const local = notOnAws('metrics')

async function metrics(app: TestApp, key = app.keys.admin): Promise<Exposed> {
  const response = await app.request('/metrics', { headers: app.as(key) })
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return readExposition(await response.text())
}

async function send(app: TestApp, body: unknown, key = app.keys.demo) {
  const headers = { ...app.as(key), 'Content-Type': 'application/json' }
  return app.request('/caliper/v1p2/events', {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
}

describe('GET /metrics', () => {
  local('counts what a policy withholds, by rule', async () => {
    await using app = await startTestApp()
    const read = readPolicy({ rules: [{ name: 'no views', then: { action: 'DROP' } }] })
    if (read.errors !== undefined) throw new Error('the policy is none')
    const by = { changedBy: 'key_of_a_test', basedOn: 0 }
    await app.services!.policies.put('default', read, by)
    const reply = await send(app, anEnvelope([anEvent(), anEvent()]))
    expect(await reply.json()).toMatchObject({ withheld: [{ rule: 'no views', count: 2 }] })
    const { value, types } = await metrics(app)
    const labels = { tenant: 'default', rule: 'no views' }
    expect(value('nonius_items_withheld_total', labels)).toBe(2)
    expect(types.get('nonius_items_withheld_total')).toBe('counter')
    expect(value('nonius_batch_size_sum')).toBe(2)
  })

  local('has the figures of what came, by source', async () => {
    await using app = await startTestApp()
    const events = [anEvent(), anEvent(), { type: 'Nothing' }]
    expect((await send(app, anEnvelope(events))).status).toBe(200)
    expect((await send(app, anEnvelope(events.slice(0, 1)))).status).toBe(200)
    expect((await send(app, {})).status).toBe(400)
    expect((await send(app, {}, 'nk_wrong')).status).toBe(401)

    const { value, types } = await metrics(app)
    const demo = { tenant: 'default', source: 'demo' }
    expect(value('nonius_items_accepted_total', demo)).toBe(2)
    expect(value('nonius_items_duplicate_total', demo)).toBe(1)
    // The third item, and the whole body of the third request.
    expect(value('nonius_items_quarantined_total', demo)).toBe(2)
    expect(value('nonius_requests_refused_total', demo)).toBe(1)
    expect(value('nonius_refusals_total', { code: 'invalid_envelope' })).toBe(1)
    expect(value('nonius_unauthenticated_total')).toBe(1)
    expect(value('nonius_active_sources')).toBe(1)

    expect(types.get('nonius_batch_size')).toBe('histogram')
    expect(value('nonius_batch_size_bucket', { le: '1' })).toBe(1)
    expect(value('nonius_batch_size_bucket', { le: '5' })).toBe(2)
    expect(value('nonius_batch_size_bucket', { le: '+Inf' })).toBe(2)
    expect(value('nonius_batch_size_sum')).toBe(4)
    expect(value('nonius_insert_duration_seconds_count')).toBe(2)
    expect(value('nonius_insert_failures_total')).toBe(0)
    for (const quantile of ['0.5', '0.95', '0.99']) {
      expect(value('nonius_insert_latency_seconds', { quantile })).toBeGreaterThan(0)
    }
    expect(value('nonius_quarantine_items')).toBe(2)
    expect(value('nonius_ready')).toBe(1)
    expect(value('nonius_disk_free_bytes')!).toBeGreaterThan(0)
    expect(value('process_resident_memory_bytes')!).toBeGreaterThan(1e6)
    expect(value('nonius_deliveries', { state: 'waiting' })).toBe(0)
  })

  local('counts writes that failed', async () => {
    let isDown = true
    await using app = await startTestApp({
      wrap: (platform) => ({
        ...platform,
        events: {
          ...platform.events,
          append: async (...given) => {
            if (isDown) throw new Error('the disk is gone')
            return platform.events.append(...given)
          },
        },
      }),
    })
    expect((await send(app, anEnvelope([anEvent()]))).status).toBe(500)
    isDown = false
    expect((await send(app, anEnvelope([anEvent()]))).status).toBe(200)
    const { value } = await metrics(app)
    expect(value('nonius_insert_failures_total')).toBe(1)
    expect(value('nonius_insert_duration_seconds_count')).toBe(2)
    expect(value('nonius_refusals_total', { code: 'internal' })).toBe(1)
  })

  local('names nobody, and no source of another tenant unless for the installation', async () => {
    await using app = await startTestApp()
    const at = new Date()
    await addSourceOnce(app.platform.registry, { tenantId: 'other', sourceId: 'secret' }, at)
    const theirs = await app.issue(['events:write'], 'other', { sourceId: 'secret' })
    await send(app, anEnvelope([anEvent()]), theirs)
    await send(app, anEnvelope([anEvent()]))
    const mine = await app.issue(['metrics:read'])
    const text = (await metrics(app, mine)).text
    expect(text).toContain('source="demo"')
    expect(text).not.toMatch(/secret|example\.edu|urn:uuid|192\.0\.2/)
    const all = await app.issue(['metrics:read', 'installation'])
    expect((await metrics(app, all)).text).toContain('tenant="other",source="secret"')
  })

  local('has at most so many series, however many sources send', async () => {
    await using app = await startTestApp()
    const { meter } = app.options
    for (let n = 0; n < 5000; n += 1) {
      meter!.add({ tenantId: 'default', sourceId: `s${n}` }, { accepted: 1 })
    }
    const { value, samples } = await metrics(app)
    expect(samples.filter(({ name }) => name === 'nonius_items_accepted_total')).toHaveLength(201)
    const others = { tenant: '(others)', source: '(others)' }
    expect(value('nonius_items_accepted_total', others)).toBe(4800)
    expect(value('nonius_active_sources')).toBe(5000)
  })

  local('has every metric that the alerts of examples/prometheus name', async () => {
    await using app = await startTestApp()
    const folder = join(import.meta.dirname, '../../examples/prometheus')
    const rules = readFileSync(join(folder, 'nonius.rules.yml'), 'utf8')
    const { types } = await metrics(app)
    const named = new Set(rules.match(/\bnonius_[a-z_]+/g))
    expect(named.size).toBeGreaterThan(6)
    const known = [...types].flatMap(([name, type]) => {
      const parts = type === 'histogram' ? ['_bucket', '_sum', '_count'] : []
      return [name, ...parts.map((part) => name + part)]
    })
    expect([...named].filter((name) => !known.includes(name))).toEqual([])
  })

  if (process.env.TEST_TARGET === 'aws') {
    it('says where the figures are', async () => {
      await using app = await startTestApp()
      const response = await app.request('/metrics', { headers: app.as(app.keys.admin) })
      expect((await problemOf(response, 'not_found')).detail).toContain('CloudWatch')
    })
  }
})

batteryOf({ method: 'GET', path: '/metrics', scope: 'metrics:read', otherMethod: 'POST' })
