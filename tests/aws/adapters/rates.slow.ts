import { describe, expect, it } from 'bun:test'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { createSharedLimiter, type Limiter } from '../../../src/limits/limiter'
import { createRateTally } from '../../../src/platform/aws/counts/rates'
import { silentLog } from '../../../src/telemetry/log'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { aClock } from '../../support/deliveries'

const minute = (most: number) => ({ most, windowMs: 60_000 })
const rates = { publish: minute(10), query: minute(10) }
// The emulated table answers sixty writes a second, beside other suites.
const PATIENT_MS = 10_000
const canvas = { tenantId: 'school', keyId: 'key_1' }

/** So many functions at work over one table, each with a memory of its own. */
async function open(
  count: number,
  {
    plan = () => undefined,
    patienceMs = PATIENT_MS,
  }: { plan?: () => Fault | undefined; patienceMs?: number } = {},
) {
  const client = await aDynamoDbClient()
  const table = await freshTable(client, 'registry')
  const clock = aClock(new Date('2026-11-21T10:00:00.000Z'))
  let writes = 0
  const counted = withFaults(await aDynamoDbClient(), () => {
    writes += 1
    return plan()
  })
  const failures: string[] = []
  const start = () =>
    createSharedLimiter({
      rates,
      tally: createRateTally({ client: counted, table, clock, patienceMs }),
      clock,
      log: { warn: (_, details) => void failures.push(String(details?.reason)) },
    })
  const limiters = Array.from({ length: count }, start)
  return {
    ...{ client, table, clock, failures, limiters, start },
    writes: () => writes,
    /** Sends requests over all of them in turn. @returns how many passed */
    async send(
      requests: number,
      ask: (limiter: Limiter) => { isOver: boolean } | undefined,
      everyMs: number,
    ) {
      let passed = 0
      for (let n = 0; n < requests; n += 1) {
        const limiter = limiters[n % limiters.length]!
        if (!ask(limiter)?.isOver) passed += 1
        await limiter.settle()
        clock.advance(everyMs)
      }
      return passed
    },
    items: async () => (await client.send(new ScanCommand({ TableName: table }))).Items ?? [],
    async [Symbol.asyncDispose]() {
      client.destroy()
      counted.destroy()
    },
  }
}

describe('rates of functions that share nothing but a table', () => {
  it('are kept by key, by tenant and by address, also by functions that were killed', async () => {
    await using opened = await open(2)
    const tenant = { limits: { admin: '10/minute' } }
    const ofKey = (limiter: Limiter) => limiter.known(canvas, undefined, 'publish')
    const ofTenant = (limiter: Limiter) =>
      limiter.known({ tenantId: 'loud', keyId: `key_${Math.random()}` }, tenant, 'admin')
    const host = () => Math.floor(Math.random() * 65_536).toString(16)
    const ofNetwork = (limiter: Limiter) => limiter.stranger(`2001:db8:1:2::${host()}`, 'query')
    // Two minutes of three times as many, by one key; by many keys of a tenant; from many addresses of a network.
    expect(await opened.send(40, ofKey, 3_000)).toBeWithin(15, 21)
    expect(await opened.send(40, ofTenant, 3_000)).toBeWithin(15, 21)
    expect(await opened.send(40, ofNetwork, 3_000)).toBeWithin(15, 21)
    expect(opened.failures).toEqual([])
    // Others are not held up: another tenant, another key, another network.
    const [limiter] = opened.limiters
    for (const one of [
      limiter!.known({ tenantId: 'quiet', keyId: 'key_2' }, tenant, 'admin'),
      limiter!.known({ tenantId: 'school', keyId: 'key_3' }, undefined, 'publish'),
      limiter!.stranger('2001:db8:1:3::1', 'query'),
    ]) {
      expect(one?.isOver).toBe(false)
    }
    // Functions are ended and started at any time, and a flood goes on.
    opened.limiters.fill(opened.start(), 0, 1)
    expect(await opened.send(40, ofKey, 3_000)).toBeWithin(18, 28)
  })

  it('give large documents to twenty strangers a minute, whatever their addresses', async () => {
    await using opened = await open(2)
    expect(await opened.send(60, (limiter) => limiter.document(), 1_000)).toBeWithin(20, 24)
  })

  it('write nothing for whoever is far from them, and say nothing of who somebody is', async () => {
    await using opened = await open(1)
    const [limiter] = opened.limiters
    const roomy = createSharedLimiter({
      rates: { publish: minute(300_000), query: minute(60_000) },
      tally: createRateTally({ ...opened }),
      clock: opened.clock,
      log: silentLog,
    })
    for (let n = 0; n < 250; n += 1) {
      roomy.known(canvas, undefined, 'publish')
      await roomy.settle()
      opened.clock.advance(240)
    }
    expect(await opened.items()).toEqual([])
    limiter!.stranger('203.0.113.77', 'publish')
    const person = { issuer: 'urn:x', subject: 'ada@example.edu', learnerId: 'ada', roles: [] }
    limiter!.known({ ...canvas, person }, undefined, 'query')
    limiter!.known({ ...canvas, ip: '203.0.113.77' }, undefined, 'query')
    await limiter!.settle()
    const items = await opened.items()
    expect(items).toHaveLength(3)
    expect(JSON.stringify(items)).not.toMatch(/203\.0|\bada\b|urn:x/)
    for (const { pk, expiresAt, requests } of items) {
      expect(pk!.S).toMatch(/^rates#(?:key|address)#(?:publish|query)#(?:key_1)?#[0-9a-f]{4}$/)
      expect(expiresAt!.N).toBe(String(Date.parse('2026-11-23T10:01:00.000Z') / 1000))
      expect(requests!.N).toBe('1')
    }
  })

  it('refuse nobody while the table is busy, and ask it no more for a while', async () => {
    await using opened = await open(2, { plan: () => 'throttled', patienceMs: 100 })
    const ofKey = (limiter: Limiter) => limiter.known(canvas, undefined, 'publish')
    expect(await opened.send(18, ofKey, 1_000)).toBe(18)
    // Each function asked twice in eighteen seconds.
    expect(opened.failures).toHaveLength(4)
  })
})
