import { describe, expect, it } from 'bun:test'
import {
  type BatchExecuteStatementInput,
  type BatchWriteItemInput,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import { type Item, itemBytes, units } from '../../src/platform/aws/events/write-units'
import { createStatementStore } from '../../src/platform/aws/statement-store'
import { systemClock } from '../../src/platform/clock'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { recordStoreBillOf, totalOf } from '../../tools/cost/bill'
import { footprintOf } from '../../tools/cost/footprint'
import { sampleStatements, statementFootprint } from '../../tools/cost/statements'
import { withAnswers } from '../support/aws/faults'
import { read } from '../support/repository'

/** The items that adding really writes, but for what statements say of others, which is written once. */
async function itemsWritten(bytes: number, count: number): Promise<Item[]> {
  const written: Item[] = []
  const client = withAnswers(new DynamoDBClient({ region: 'us-east-1' }), (command, input) => {
    if (command === 'BatchExecuteStatementCommand') {
      const { Statements = [] } = input as BatchExecuteStatementInput
      for (const { Statement = '', Parameters = [] } of Statements) {
        const names = [...Statement.matchAll(/'(\w+)':\?/g)].map(([, name]) => name!)
        const item: Item = Object.fromEntries(names.map((name, at) => [name, Parameters[at]!]))
        if (!('j' in item)) written.push(item)
      }
      return { Responses: Statements.map(() => ({})) }
    }
    if (command === 'BatchWriteItemCommand') {
      const { RequestItems = {} } = input as BatchWriteItemInput
      const requests = Object.values(RequestItems).flat()
      written.push(...requests.map(({ PutRequest }) => PutRequest!.Item!))
      return {}
    }
    if (command === 'BatchGetItemCommand') return { Responses: {} }
    if (command === 'QueryCommand') return { Items: [] }
    throw new Error(`${command} is not a part of adding these`)
  })
  const blobs = { put: async () => {}, get: async () => undefined, delete: async () => {} }
  const tokens = async () => createTokenSigner(new Uint8Array(32))
  const needs = { client, table: 'statements', blobs, tokens, clock: systemClock }
  const store = createStatementStore({ ...needs, maxReferrers: 200 })
  await store.add(sampleStatements(bytes, count))
  return written
}

describe('what a record store costs on AWS', () => {
  for (const bytes of [1500, 4000, 20_000]) {
    it(`counts the write units that the adapter writes, ${bytes} bytes`, async () => {
      const written = await itemsWritten(bytes, 100)
      const really = written.reduce((sum, item) => sum + units(itemBytes(item)), 0) / 100
      const { writeUnits, items } = await statementFootprint(bytes)
      expect(written).toHaveLength(items * 100)
      // Two draws of statements with random ids lie on either side of a kilobyte at times.
      expect(Math.abs(writeUnits - really) / really).toBeLessThan(0.05)
    })
  }

  it('is ten write units for a usual statement, one an item', async () => {
    const { writeUnits, items, bytes } = await statementFootprint(1500)
    expect(items).toBe(10)
    expect(writeUnits).toBeLessThan(10.1)
    expect(bytes).toBeLessThan(5000)
  })

  it('is what the document says', async () => {
    const { hotBytes } = await footprintOf(1500, 'standard')
    const footprint = await statementFootprint(1500)
    const usual = { statements: 1e6, batch: 20, hotBytes, hotTtlDays: 30, ...footprint }
    const bill = (retentionDays: number) => recordStoreBillOf({ ...usual, retentionDays })
    const arriving = totalOf(bill(30).filter(({ price }) => !price.endsWith('Storage')))
    const monthly = totalOf(bill(390)) - totalOf(bill(360))
    const document = read('docs/cost.md').replaceAll(/\s+/g, ' ')
    const said = (pattern: RegExp) => Number(pattern.exec(document)?.[1])
    expect(said(/US\$ ([\d.]+) a million statements more/)).toBeCloseTo(arriving, 1)
    expect(said(/US\$ ([\d.]+) a month more/)).toBeCloseTo(monthly, 1)
    expect(said(/US\$ (\d+) for a year/)).toBe(Math.round(totalOf(bill(365))))
    expect(said(/US\$ (\d+) for the seven/)).toBe(Math.round(totalOf(bill(2555))))
  })
})
