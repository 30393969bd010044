import { describe, expect, it } from 'bun:test'
import { type BatchExecuteStatementInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { profileNames, profiles } from '../../infra/profiles'
import type { IndexProfile } from '../../src/platform/aws/deployed/index-profiles'
import { createEventStore } from '../../src/platform/aws/event-store'
import type { Item } from '../../src/platform/aws/events/write-units'
import { systemClock } from '../../src/platform/clock'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { billOf, totalOf } from '../../tools/cost/bill'
import { allUnits, footprintOf } from '../../tools/cost/footprint'
import { prices } from '../../tools/cost/prices'
import { sampleRecords } from '../../tools/cost/sample'
import { read } from '../support/repository'

const usual = { events: 1e6, batch: 20, retentionClass: 'standard', webhooks: 0.1 } as const

async function totalFor(profile: IndexProfile, bytes: number, batch: number = usual.batch) {
  const { hotTtlDays } = profiles[profile]
  return totalOf(billOf({ ...usual, batch, hotTtlDays, ...(await footprintOf(bytes, profile)) }))
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
  for (const [profile, goal] of [
    ['lean', 1],
    ['standard', 3],
  ] as const) {
    it(`is at most $${goal} a million events of 1.5 KB, to some hundredths, in profile ${profile}`, async () => {
      // Proofs of every event came later than that goal, and have one of their own: two tenths. Two cents are for knowing what became of deliveries; one more or less comes of the ids that the
      // samples have.
      expect(await totalFor(profile, 1500)).toBeLessThan(1.04 * goal + 0.2)
    })
  }

  for (const profile of profileNames) {
    for (const bytes of [1500, 4000, 20_000]) {
      it(`counts the write units that the adapter sends: ${profile}, ${bytes} bytes`, async () => {
        const sent = await itemsSent(profile, bytes)
        const { writeUnits } = await footprintOf(bytes, profile)
        const really = sent.reduce((sum, item) => sum + allUnits(item), 0) / sent.length
        expect(sent.length).toBeGreaterThan(100)
        // Two draws of events with random ids: a few in a hundred lie on either side of a kilobyte.
        expect(Math.abs(writeUnits - really) / really).toBeLessThan(0.05)
      })
    }
  }

  it('is one write unit for a typical event, and one for each index', async () => {
    for (const profile of profileNames) {
      const { tableWrites, writeUnits } = await footprintOf(1500, profile)
      expect(tableWrites).toBeLessThan(1.01)
      expect(writeUnits).toBeLessThanOrEqual(tableWrites + profiles[profile].indexes.length)
    }
  })

  it('grows with the size of events, with indexes, and with smaller requests', async () => {
    const lean = await totalFor('lean', 1500)
    expect(await totalFor('lean', 6000)).toBeGreaterThan(lean)
    expect(await totalFor('full', 1500)).toBeGreaterThan(await totalFor('standard', 1500))
    expect(await totalFor('lean', 1500, 1)).toBeGreaterThan(lean + 0.5)
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
    for (const [profile, usd] of [
      ['lean', '1.21'],
      ['standard', '2.73'],
      ['full', '5.48'],
    ] as const) {
      expect(rows.find((row) => row.startsWith(`| \`${profile}\` |`))).toEndWith(`| ${usd} |`)
    }
  })

  it('is what the document says, to the cent or two by which random ids differ', async () => {
    expect(Math.abs((await totalFor('lean', 1500)) - 1.21)).toBeLessThan(0.02)
    expect(Math.abs((await totalFor('standard', 1500)) - 2.73)).toBeLessThan(0.02)
    expect(Math.abs((await totalFor('full', 1500)) - 5.48)).toBeLessThan(0.03)
  })
})
