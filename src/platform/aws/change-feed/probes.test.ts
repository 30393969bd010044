import { describe, expect, it } from 'bun:test'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  aConsumer,
  aHandler,
  change,
  changes,
  sequences,
} from '../../../../tests/support/aws/stream'
import { clockAt } from '../../../../tests/support/clock'
import { apartFromProbes, writeProbe } from './probes'

interface Insertion {
  Statement: string
  Parameters: { S?: string; N?: string }[]
}

/** A table that answers so many writes that it is busy. */
async function probed(busy = 0) {
  const insertions: Insertion[] = []
  const client = {
    async send({ input }: { input: { Statements: Insertion[] } }) {
      insertions.push(...input.Statements)
      const isBusy = insertions.length <= busy
      return { Responses: [isBusy ? { Error: { Code: 'ThrottlingError' } } : {}] }
    },
  } as unknown as DynamoDBClient
  const clock = clockAt(() => new Date('2026-11-30T07:00:00Z'))
  const pauses: number[] = []
  const sleep = async (ms: number) => void pauses.push(ms)
  await writeProbe({ client, table: 'events', clock, sleep })
  return { insertions, pauses }
}

/** The record of a probe, as the stream has it. */
async function aProbe() {
  const { insertions } = await probed()
  const [k, p, x] = insertions[0]!.Parameters
  const record = change()
  record.dynamodb!.Keys = { k: k! as { S: string } }
  record.dynamodb!.NewImage = { k, p, x } as never
  return record
}

describe('a probe of the stream', () => {
  it('is an item that no tenant has, says when it was written, and goes after a day', async () => {
    const [one, other] = await Promise.all([probed(), probed()])
    const [k, p, x] = one.insertions[0]!.Parameters
    expect(one.insertions[0]!.Statement).toBe(`INSERT INTO "events" VALUE {'k':?,'p':?,'x':?}`)
    expect(k!.S).toMatch(/^#probe#[0-9a-f-]{36}$/)
    expect(k!.S).not.toBe(other.insertions[0]!.Parameters[0]!.S)
    expect(Number(p!.N)).toBe(Date.parse('2026-11-30T07:00:00Z'))
    expect(Number(x!.N)).toBe(Date.parse('2026-12-01T07:00:00Z') / 1000)
  })

  it('is written to a table that refuses some writes, and not without end', async () => {
    const { insertions, pauses } = await probed(4)
    expect(insertions).toHaveLength(5)
    expect(pauses).toEqual([500, 1000, 1500, 2000])
    await expect(probed(5)).rejects.toThrow('does not take a probe')
  })

  it('is heard once all before it is handled, and is no change for anybody', async () => {
    const consumer = aConsumer('a')
    const { handle, held } = aHandler([consumer])
    const events = changes(3)
    const heard: number[] = []
    // The second probe is of the future, by a clock that is behind.
    const times = ['2026-11-30T07:00:40Z', '2026-11-30T06:59:59Z']
    const clock = clockAt(() => new Date(times.shift()!))
    const hearing = apartFromProbes(handle, {
      clock,
      tell(seconds) {
        expect(consumer.seen()).toEqual(sequences(events))
        heard.push(seconds)
      },
    })
    const [first, second] = [await aProbe(), await aProbe()]
    const Records = [first, ...events, second]
    expect(await hearing({ Records })).toEqual({ batchItemFailures: [] })
    expect(heard).toEqual([40, 0])
    expect(held()).toEqual({})
    await apartFromProbes(handle)({ Records })
    expect(heard).toHaveLength(2)
  })

  it('is not heard behind what failed', async () => {
    const { handle } = aHandler([aConsumer('a', () => true)])
    const heard: number[] = []
    const clock = clockAt(() => new Date())
    const hearing = apartFromProbes(handle, { clock, tell: (age) => void heard.push(age) })
    const [failing] = changes(1)
    const Records = [await aProbe(), failing!, await aProbe()]
    const { batchItemFailures } = await hearing({ Records })
    expect(batchItemFailures).toEqual([{ itemIdentifier: failing!.dynamodb!.SequenceNumber! }])
    expect(heard).toHaveLength(1)
  })
})
