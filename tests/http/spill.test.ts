import { expect, it } from 'bun:test'
import { StorageError } from '../../src/error/storage-error'
import type { BlobStore } from '../../src/platform/blob-store'
import type { Platform } from '../../src/platform/platform'
import { silentLog as log } from '../../src/telemetry/log'
import { startTestApp, type TestApp } from '../support/app'
import { memoryBlobs } from '../support/blobs'
import { drainAll } from '../support/drain'
import { anEnvelope, anEvent } from '../support/envelopes'
import { describeNotOnAws } from '../support/not-on-aws'

const away = () => Promise.reject(new StorageError('the table is away', { isRetriable: true }))

/** The app over a platform that spills, its event store away. */
async function startSpillingApp(spill: BlobStore) {
  const wrap = (platform: Platform): Platform => ({
    ...platform,
    spill,
    events: { ...platform.events, append: away },
  })
  return startTestApp({ wrap })
}

function post({ request, as }: TestApp, data: unknown[], headers: Record<string, string> = {}) {
  const body = JSON.stringify(anEnvelope(data))
  const all = { ...as(), 'Content-Type': 'application/json', ...headers }
  return request('/caliper/v1p2/events', { method: 'POST', headers: all, body })
}

describeNotOnAws('faults')('while the event store is away', () => {
  it('a request is accepted for later, and can be read once the sweep has replayed it', async () => {
    const spill = memoryBlobs()
    await using test = await startSpillingApp(spill)
    const event = anEvent()
    const response = await post(test, [event, { not: 'an event' }])
    // 200 and a body: caliper-php takes nothing else, caliper-ts needs one.
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ eventIds: [], acceptedForLater: 2 })

    const { platform, config, clock } = test
    const needs = { ...platform, blobs: spill, config, clock, log }
    expect(await drainAll(needs)).toMatchObject({ stored: 1, left: 0 })
    const admin = test.as(test.keys.admin)
    const path = `/analytics/events/${encodeURIComponent(event.id)}`
    expect((await test.request(path, { headers: admin })).status).toBe(200)
    const quarantine = await test.request('/quarantine', { headers: admin })
    expect(await quarantine.json()).toMatchObject({ items: [{ sourceId: 'demo', index: 1 }] })
  })

  it('a strict source is not told that nothing could be stored', async () => {
    await using test = await startSpillingApp(memoryBlobs())
    const source = await test.platform.registry.sources.get('default', 'demo')
    await test.platform.registry.sources.put({ ...source!, mode: 'strict' })
    const response = await post(test, [anEvent()])
    expect([response.status, await response.json()]).toMatchObject([200, { acceptedForLater: 1 }])
  })

  it('`return=minimal` is still answered with an empty object', async () => {
    await using test = await startSpillingApp(memoryBlobs())
    const response = await post(test, [anEvent()], { Prefer: 'return=minimal' })
    expect([response.status, await response.json()]).toEqual([200, {}])
  })

  it('503 is answered only when the blob store is away as well', async () => {
    await using test = await startSpillingApp({ ...memoryBlobs(), put: away })
    const response = await post(test, [anEvent()])
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(await response.json()).toMatchObject({ code: 'unavailable' })
  })
})
