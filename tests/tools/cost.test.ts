import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { type BatchExecuteStatementInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { profileNames, profiles } from '../../infra/profiles'
import type { Receipt } from '../../src/event/receipt'
import type { IndexProfile } from '../../src/platform/aws/deployed/index-profiles'
import { createEventStore } from '../../src/platform/aws/event-store'
import type { Item } from '../../src/platform/aws/events/write-units'
import { systemClock } from '../../src/platform/clock'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { billOf, RECEIPT_BYTES, totalOf } from '../../tools/cost/bill'
import { allUnits, footprintOf } from '../../tools/cost/footprint'
import { prices } from '../../tools/cost/prices'
import { sampleRecords } from '../../tools/cost/sample'
import { read } from '../support/repository'

setDefaultTimeout(30_000) // hundreds of events are packed, a second of a core

const usual = {
  events: 1e6,
  batch: 20,
  retentionClass: 'standard',
  webhooks: 0.1,
  scans: 1,
} as const

const footprints = new Map<string, ReturnType<typeof footprintOf>>()

/** Measures each footprint once. */
function footprintFor(bytes: number, profile: IndexProfile) {
  const key = `${bytes} ${profile}`
  const found = footprints.get(key) ?? footprintOf(bytes, profile)
  footprints.set(key, found)
  return found
}

async function totalFor(profile: IndexProfile, bytes: number, batch: number = usual.batch) {
  const { hotTtlDays } = profiles[profile]
  return totalOf(billOf({ ...usual, batch, hotTtlDays, ...(await footprintFor(bytes, profile)) }))
}

/** The items that an append really sends, read off its statements. */
async function itemsSent(profile: IndexProfile, bytes: number): Promise<Item[]> {
  const sent: Item[] = []
  const client = new DynamoDBClient({ region: 'us-east-1' })
  client.middlewareStack.add(
    () =>
      async ({ input }) => {
        const { Statements = [] } = input as BatchExecuteStatementInput
        for (const { Statement = '', Parameters = [] } of Statements) {
          const names = [...Statement.matchAll(/'(\w+)':\?/g)].map(([, name]) => name!)
          sent.push(Object.fromEntries(names.map((name, at) => [name, Parameters[at]!])))
        }
        return { output: { Responses: Statements.map(() => ({})) }, response: {} } as never
      },
    { step: 'initialize', name: 'capture' },
  )
  const { indexes, hotTtlDays } = profiles[profile]
  const blobs = { put: async () => {}, get: async () => undefined, delete: async () => {} }
  const tokens = async () => createTokenSigner(new Uint8Array(32))
  const table = 'events'
  const store = createEventStore({ client, table, indexes, blobs, tokens, clock: systemClock })
  await store.append(sampleRecords(bytes, hotTtlDays))
  return sent
}

describe('what events cost on AWS', () => {
  for (const [profile, bytes, goal] of [
    ['lean', 1500, 1.3],
    ['standard', 3000, 3],
  ] as const) {
    it(`is at most $${goal} a million events of ${bytes} bytes in profile ${profile}, with all that is counted`, async () => {
      expect(await totalFor(profile, bytes)).toBeLessThan(goal)
    })
  }

  for (const profile of profileNames) {
    for (const bytes of [1500, 4000, 12_000]) {
      it(`counts the write units that the adapter sends: ${profile}, ${bytes} bytes`, async () => {
        const sent = await itemsSent(profile, bytes)
        const { writeUnits } = await footprintFor(bytes, profile)
        const really = sent.reduce((sum, item) => sum + allUnits(item), 0) / sent.length
        expect(sent.length).toBeGreaterThan(100)
        // The adapter draws places and tokens: a few of a thousand lie on either side of a kilobyte.
        expect(Math.abs(writeUnits - really) / really).toBeLessThan(0.01)
      })
    }
  }

  it('is one write unit for a typical event, and one for each index', async () => {
    for (const profile of profileNames) {
      const { tableWrites, writeUnits } = await footprintFor(1500, profile)
      expect(tableWrites).toBeLessThan(1.05)
      expect(writeUnits).toBeLessThanOrEqual(tableWrites + profiles[profile].indexes.length)
    }
    // Of events that are twice as large, as those of large platforms, fifteen in sixteen still take one.
    expect((await footprintFor(3000, 'standard')).tableWrites).toBeLessThan(1.0625)
  })

  it('grows with the size of events, with indexes, and with smaller requests', async () => {
    const lean = await totalFor('lean', 1500)
    expect(await totalFor('lean', 6000)).toBeGreaterThan(lean)
    expect(await totalFor('full', 1500)).toBeGreaterThan(await totalFor('standard', 1500))
    expect(await totalFor('lean', 1500, 1)).toBeGreaterThan(lean + 0.5)
  })

  it('has a line for all that leaves, waits, is counted and is read, and for tokens where there are any', async () => {
    const workload = {
      ...usual,
      hotTtlDays: 30,
      scans: 1,
      ...(await footprintFor(3000, 'standard')),
    }
    const lines = billOf({ ...workload, eventsPerToken: 1 })
    const usdOf = (resource: string) => totalOf(lines.filter((line) => line.resource === resource))
    for (const resource of [
      'api: receipts',
      'api: what is spilled',
      'counts of types',
      'webhooks: what is sent',
      'analysts: SQL',
    ]) {
      expect(usdOf(resource)).toBeGreaterThan(0)
    }
    // A sensor that fetches a token for each event pays seven hundred times what the event costs.
    expect(usdOf('api: tokens')).toBeCloseTo(2250)
    const without = billOf(workload).map(({ resource }) => resource)
    expect(without).not.toContain('api: tokens')
    expect(without).not.toContain('door')
    const atDoor = totalOf(billOf({ ...workload, batch: 1, door: true }))
    expect(atDoor - totalOf(billOf({ ...workload, batch: 1 }))).toBeCloseTo(1.7)
    const doubled = billOf({ ...workload, webhooks: 0.2, scans: 2 })
    for (const resource of ['webhooks: what is sent', 'analysts: SQL']) {
      const twice = totalOf(doubled.filter((line) => line.resource === resource))
      expect(twice).toBeCloseTo(2 * usdOf(resource))
    }
  })

  it('counts a receipt as large as those that are given', () => {
    const eventIds = Array.from({ length: 20 }, () => `urn:uuid:${crypto.randomUUID()}`)
    const receipt: Receipt = {
      ...{ requestId: crypto.randomUUID(), eventCount: 20, eventIds, entityCount: 0 },
      ...{ entityIds: [], duplicates: 0, quarantined: [] },
    }
    const bytes = JSON.stringify(receipt).length
    const { headers, body, perEvent } = RECEIPT_BYTES
    expect(body + 20 * perEvent).toBeGreaterThanOrEqual(bytes)
    expect(body + 20 * perEvent).toBeLessThan(1.1 * bytes)
    expect(headers).toBeGreaterThan(400)
  })

  it('names a page for every price', () => {
    const entries = Object.entries(prices)
    expect(entries.length).toBeGreaterThan(10)
    expect(entries.filter(([, { usd, source }]) => !(usd > 0) || !/^\w+\./.test(source))).toEqual(
      [],
    )
  })

  it('has every price in the document, as it is in the table', () => {
    const rows = read('docs/cost.md').split('\n')
    const missing = Object.values(prices).filter(
      ({ of, unit, source }) =>
        !rows.some((row) => row.startsWith(`| ${of} |`) && row.endsWith(`| ${unit} | ${source} |`)),
    )
    expect(missing).toEqual([])
  })

  it('is what the document says, to the cent', async () => {
    const rows = read('docs/cost.md').split('\n')
    for (const profile of profileNames) {
      const row = rows.find((one) => one.startsWith(`| \`${profile}\` |`))
      const told = [...row!.matchAll(/\| (\d+\.\d\d) /g)].map(([, usd]) => Number(usd))
      const found = [
        await totalFor(profile, 1500),
        await totalFor(profile, 3000),
        await totalFor(profile, 3000, 1),
      ]
      expect(told).toHaveLength(found.length)
      for (const [at, usd] of found.entries()) expect(Math.abs(told[at]! - usd)).toBeLessThan(0.006)
    }
  })

  it('is, part by part, what the document says', async () => {
    const document = read('docs/cost.md').replaceAll(/\s+/g, ' ')
    const said = (pattern: RegExp) => Number(pattern.exec(document)?.[1])
    const workload = { ...usual, hotTtlDays: 30, ...(await footprintFor(3000, 'standard')) }
    const lines = billOf(workload)
    const usdOf = (...parts: string[]) =>
      totalOf(lines.filter(({ resource }) => parts.some((part) => resource.startsWith(part))))
    const ofBatches = usdOf('changes', 'follow', 'counts of types', 'trees: leaves', 'trees: put')
    expect(said(/types in it: US\$ ([\d.]+) a million/)).toBeCloseTo(ofBatches, 2)
    expect(said(/five hundred make that US\$ ([\d.]+);/)).toBeCloseTo(ofBatches / 5, 1)
    expect(said(/US\$ ([\d.]+) of it is for \[proofs\]/)).toBeCloseTo(usdOf('trees'), 1.9)
    const one = totalOf(billOf({ ...workload, batch: 1 }))
    expect(said(/costs US\$ ([\d.]+) a million more than twenty/)).toBeCloseTo(
      one - totalOf(lines),
      2,
    )
    expect(said(/Of an event of 3 KB, (\d+) bytes/) / workload.parquetBytes).toBeCloseTo(1, 1.5)
  })
})
