import { describe, expect, it } from 'bun:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startConsumers } from '../../src/changes/consumers'
import { createHealth } from '../../src/reducers/health'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf } from '../support/battery'
import { anEnvelopeText } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'

interface Status {
  at: string
  completeTo?: string
  consumers: { consumer: string; completeTo?: string; records?: number; toldBy?: string }[]
  settledThrough?: string
  reducersOff?: unknown
}

async function statusOf(test: TestApp): Promise<Status> {
  const reply = await test.request('/status', { headers: test.as() })
  expect(reply.status).toBe(200)
  return (await reply.json()) as Status
}

async function send(test: TestApp) {
  const headers = { ...test.as(), 'Content-Type': 'application/json' }
  const init = { method: 'POST', headers, body: anEnvelopeText() }
  expect((await test.request('/caliper/v1p2/events', init)).status).toBe(200)
}

batteryOf({ method: 'GET', path: '/status', scope: 'events:read', otherMethod: 'DELETE' })

describe('GET /status', () => {
  notOnAws('lag')('says of each consumer before which time it has everything', async () => {
    await using test = await startTestApp()
    const { clock, options, platform } = test
    let isStopped = false
    const archive = {
      ...platform.archive,
      async write(batch: Parameters<typeof platform.archive.write>[0]) {
        if (isStopped) throw new Error('the lake is away')
        return platform.archive.write(batch)
      },
    }
    const following = { archiveFlushSeconds: 0.05, clock, log: options.log }
    await using consumers = startConsumers({ ...platform, archive }, following)
    await send(test)
    await consumers.flush()
    const first = await statusOf(test)
    expect(first.consumers.map(({ consumer }) => consumer).toSorted()).toEqual([
      ...['archive', 'statements', 'trees', 'webhooks'],
    ])
    const archived = (status: Status) => status.consumers.find((one) => one.consumer === 'archive')!
    expect(archived(first)).toEqual({ consumer: 'archive', completeTo: first.at, records: 0 })

    isStopped = true
    const before = clock.now().toISOString()
    await send(test)
    const acknowledged = clock.now().toISOString()
    await wait(300)
    const stuck = await statusOf(test)
    const { completeTo, records } = archived(stuck)
    expect(records).toBe(1)
    // Nothing that was acknowledged before then is missing, and it does not move on meanwhile.
    expect(completeTo! <= acknowledged).toBe(true)
    expect(completeTo! >= new Date(Date.parse(before) - 1000).toISOString()).toBe(true)
    // Others may be as far behind, by what is yet to be told to them.
    expect(stuck.completeTo! <= completeTo!).toBe(true)
    await wait(100)
    const later = archived(await statusOf(test)).completeTo!
    expect(Math.abs(Date.parse(later) - Date.parse(completeTo!))).toBeLessThan(60)
    isStopped = false
  })

  notOnAws('metrics')('says which reducers were switched off, and so do the figures', async () => {
    await using test = await startTestApp()
    expect(await statusOf(test)).not.toHaveProperty('reducersOff')
    const { platform, options } = test
    const health = createHealth({ ...platform, ...options })
    const ours = { version: 2, scope: 'learner', origin: 'ours.ts' } as const
    const [odd, fine] = ['odd', 'fine'].map((name) => ({ ...ours, name, code: name }))
    await health.begin({ loaded: [odd!, fine!], problems: [] })
    const failures = Array.from({ length: 100 }, (_, place) => ({
      place,
      reason: 'it threw Error',
    }))
    const sum = { reducer: 0, applied: 9, repeated: 0, failed: 100, failures, ms: 1 }
    health.note(odd!, sum)
    await health.write()
    const { reducersOff } = await statusOf(test)
    const why = 'it failed on 100 of 109 events: it threw Error'
    expect(reducersOff).toEqual([{ reducer: 'odd', version: 2, since: expect.any(String), why }])
    const figures = await test.request('/metrics', { headers: test.as(test.keys.admin) })
    const lines = (await figures.text()).split('\n').filter((line) => line.includes('reducer='))
    expect(lines).toEqual([
      'nonius_reducer_skipped_total{reducer="odd",version="2"} 100',
      'nonius_reducer_skipped_total{reducer="fine",version="2"} 0',
      'nonius_reducer_off{reducer="odd",version="2"} 1',
      'nonius_reducer_off{reducer="fine",version="2"} 0',
    ])
  })

  it('says what tells where it does not know', async () => {
    await using test = await startTestApp()
    const { consumers, completeTo } = await statusOf(test)
    for (const one of consumers) expect(one.completeTo ?? one.toldBy).toBeDefined()
    if (consumers.some((one) => one.completeTo === undefined)) expect(completeTo).toBeUndefined()
  })
})
