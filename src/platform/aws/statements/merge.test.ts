import { describe, expect, it } from 'bun:test'
import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { inOrder, MAX_EXAMINED } from './merge'

interface Row {
  order: string
  isFound: boolean
}
type Rows = Record<string, Row[]>

/** A table of entries in memory, which answers as DynamoDB does: `Limit` counts what is examined. */
function aTable(rows: Rows, most = Number.POSITIVE_INFINITY) {
  const calls: QueryCommandInput[] = []
  const send = async ({ input }: { input: QueryCommandInput }) => {
    calls.push(input)
    const { ':pk': pk, ':from': from, ':before': before } = input.ExpressionAttributeValues!
    const start = input.ExclusiveStartKey?.sk?.S
    const ascending = input.ScanIndexForward === true
    const within = rows[pk!.S!]!.filter(({ order }) => order >= from!.S! && order <= before!.S!)
      .sort((a, b) => (a.order < b.order === ascending ? -1 : 1))
      .filter(({ order }) => start === undefined || (ascending ? order > start : order < start))
    const examined = within.slice(0, Math.min(input.Limit!, most))
    const last = examined.at(-1)
    return {
      Items: examined
        .filter(({ isFound }) => isFound || input.FilterExpression === undefined)
        .map(({ order }) => ({ sk: { S: order }, i: { S: `id of ${order}` } })),
      ScannedCount: examined.length,
      ...(examined.length < within.length && { LastEvaluatedKey: { sk: { S: last!.order } } }),
    }
  }
  return { from: { client: { send } as unknown as DynamoDBClient, table: 't' }, calls }
}

const orderOf = (n: number) => String(n).padStart(5, '0')
const row = fc.record({ order: fc.nat(200).map(orderOf), isFound: fc.boolean() })
const partition = fc.uniqueArray(row, { selector: ({ order }) => order })
const filter = [{ by: 'verb', value: 'v' }] as const

describe('entries of several partitions', () => {
  it('come in order, each once, as many as are asked for, until there are no more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(partition, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 5 }),
        async (partitions, ascending, wanted, most) => {
          const rows = Object.fromEntries(partitions.map((one, n) => [`p${n}`, one]))
          const { from } = aTable(rows, most)
          const span = { from: orderOf(10), before: orderOf(190), ascending, filter }
          const next = inOrder(from, { partitions: Object.keys(rows), ...span })
          const found: string[] = []
          for (let isEnd = false; !isEnd; ) {
            const page = await next(wanted)
            expect(page.entries.length).toBeLessThanOrEqual(wanted)
            found.push(...page.entries.map(({ order }) => order))
            isEnd = page.isEnd
          }
          const all = partitions.flat().filter(({ order, isFound }) => {
            return isFound && order > orderOf(10) && order < orderOf(190)
          })
          const expected = [...new Set(all.map(({ order }) => order))].sort()
          expect(found).toEqual(ascending ? expected : expected.toReversed())
        },
      ),
    )
  })

  for (const ascending of [true, false]) {
    it(`tell how far thousands were examined in vain, ${ascending ? 'up' : 'down'}`, async () => {
      // Of twenty thousand in four partitions one is found, in the middle.
      const many = Array.from({ length: 20_000 }, (_, n) => ({
        order: orderOf(n),
        isFound: n === 10_000,
      }))
      const rows: Rows = { p0: [], p1: [], p2: [], p3: [] }
      for (const [n, one] of many.entries()) rows[`p${n % 4}`]!.push(one)
      const { from, calls } = aTable(rows)
      let span = { from: '0', before: '~' }
      const found: string[] = []
      let pages = 0
      for (let isEnd = false; !isEnd; pages += 1) {
        calls.length = 0
        const next = inOrder(from, { partitions: Object.keys(rows), ...span, ascending, filter })
        const page = await next(10)
        found.push(...page.entries.map(({ order }) => order))
        const examined = calls.reduce((sum, { Limit }) => sum + Limit!, 0)
        expect(examined).toBeLessThan(MAX_EXAMINED * 1.5)
        isEnd = page.isEnd
        if (!isEnd)
          span = ascending ? { ...span, from: page.reached! } : { ...span, before: page.reached! }
      }
      expect(found).toEqual([orderOf(10_000)])
      expect(pages).toBeWithin(4, 8)
    })
  }
})
