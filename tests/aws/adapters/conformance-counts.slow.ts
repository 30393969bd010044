import { describe, expect, it } from 'bun:test'
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../src/error/storage-error'
import { createConformanceCounts } from '../../../src/platform/aws/conformance-counts'
import type { Tally } from '../../../src/platform/conformance-counts'
import { conformanceCountsContract } from '../../contracts/conformance-counts.contract'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { aClock, aLog } from '../../support/deliveries'

const canvas = { tenantId: 'school', sourceId: 'canvas' }
const at = '2026-11-21T09:10:00.000Z'
const tally: Tally = { stored: 2, conformant: 1, quarantined: 0, issues: { required: 1 } }
const all = {
  from: '2020-01-01T00:00:00.000Z',
  to: '2030-01-01T00:00:00.000Z',
  interval: 'day',
} as const

async function open(plan: (command: string, nth: number) => Fault | undefined = () => undefined) {
  const client = await aDynamoDbClient()
  const faulty = withFaults(await aDynamoDbClient(), plan)
  const table = await freshTable(client, 'registry')
  const clock = aClock(new Date('2026-11-21T09:30:00.000Z'))
  const { log, lines } = aLog()
  const counts = createConformanceCounts({ client: faulty, table, clock, log })
  const other = () => createConformanceCounts({ client, table, clock, log })
  return {
    ...{ counts, client, table, clock, lines },
    /** What another process reads. */
    stored: async () => (await other().read(canvas, all))[0]?.stored ?? 0,
    async reopen() {
      await counts[Symbol.asyncDispose]()
      return other()
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      faulty.destroy()
    },
  }
}

conformanceCountsContract('DynamoDB', open)

describe('conformance counts of a function that may be frozen after each reply', () => {
  it('are written by the first request, then at most every ten seconds', async () => {
    await using opened = await open()
    const { counts, clock } = opened
    const request = async () => {
      counts.add(canvas, at, tally)
      await counts.settle()
      return opened.stored()
    }
    expect(await request()).toBe(2)
    clock.advance(9_999)
    expect(await request()).toBe(2)
    clock.advance(1)
    expect(await request()).toBe(6)
    clock.advance(60_000)
    expect(await request()).toBe(8)
  })

  it('cost nothing when there is nothing new', async () => {
    let sent = 0
    await using opened = await open(() => {
      sent += 1
      return undefined
    })
    await opened.counts.settle()
    expect(sent).toBe(0)
  })

  it('of several processes are one sum', async () => {
    await using opened = await open()
    const add = async () => {
      opened.counts.add(canvas, at, tally)
      await (await opened.reopen()).settle()
    }
    for (const _ of [1, 2, 3]) await add()
    expect(await opened.stored()).toBe(6)
  })

  it('hold more codes than one update', async () => {
    await using opened = await open()
    const codes = Array.from({ length: 250 }, (_, n) => [`code_${n}`, n + 1] as [string, number])
    opened.counts.add(canvas, at, { ...tally, issues: Object.fromEntries(codes) })
    const [day] = await opened.counts.read(canvas, all)
    expect(day!.stored).toBe(2)
    expect(Object.entries(day!.issues)).toEqual(codes.toReversed())
  })

  it('expire after 400 days, whether DynamoDB has dropped them yet or not', async () => {
    await using opened = await open()
    const { counts, client, table } = opened
    counts.add(canvas, '2025-10-01T00:00:00.000Z', tally)
    counts.add(canvas, '2025-11-21T00:00:00.000Z', tally)
    const kept = await counts.read(canvas, all)
    expect(kept.map((day) => day.at)).toEqual(['2025-11-21T00:00:00.000Z'])

    const Key = { pk: { S: 'counts#school#canvas' }, sk: { S: '2025-11-21T00' } }
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key }))
    const end = new Date(Number(Item!.expiresAt!.N) * 1000).toISOString()
    expect(end).toBe('2026-12-26T00:00:00.000Z')
  })
})

describe('conformance counts whose table fails', () => {
  const writes = (fault: Fault, until: number) => (command: string, nth: number) =>
    command === 'TransactWriteItemsCommand' && nth <= until ? fault : undefined

  it('count once when a reply is lost', async () => {
    await using opened = await open(writes('lost-reply', 1))
    opened.counts.add(canvas, at, tally)
    await opened.counts.settle()
    expect(await opened.stored()).toBe(2)
    expect(opened.lines).toEqual([])
  })

  for (const fault of ['conflict', 'denied', 'unreachable'] as const) {
    it(`stay noted while it is ${fault}, which no sender notices`, async () => {
      let isDown = true
      await using opened = await open(() => (isDown ? fault : undefined))
      const { counts, clock, lines } = opened
      counts.add(canvas, at, tally)
      await counts.settle()
      expect(lines.join()).toContain('conformance counts were not saved yet')
      const failure = await counts.read(canvas, all).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StorageError)

      isDown = false
      counts.add(canvas, at, tally)
      clock.advance(10_000)
      await counts.settle()
      expect(await opened.stored()).toBe(4)
    })
  }
})
