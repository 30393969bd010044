import { describe, expect, it } from 'bun:test'
import { DynamoDBClient, type TransactWriteItemsInput } from '@aws-sdk/client-dynamodb'
import { itemBytes, units } from '../../src/platform/aws/events/write-units'
import { createLiveLog } from '../../src/platform/aws/live/log'
import { systemClock } from '../../src/platform/clock'
import { totalOf } from '../../tools/cost/bill'
import { liveBillOf, unitsOfRow } from '../../tools/cost/live'
import { withAnswers } from '../support/aws/faults'
import { read } from '../support/repository'

/** The write units of what appending a row really sends. */
async function unitsSent(events: number): Promise<number> {
  let sent = 0
  const client = withAnswers(new DynamoDBClient({ region: 'us-east-1' }), (_command, input) => {
    const { TransactItems = [] } = input as TransactWriteItemsInput
    for (const { Put, Update } of TransactItems) {
      sent += 2 * (Put ? units(itemBytes(Put.Item!)) : Update ? 1 : 0)
    }
    return {}
  })
  const log = createLiveLog({ client, table: 'live', clock: systemClock })
  const keys = Array.from({ length: events }, (_, at) => `school#${String(at).padStart(22, 'x')}`)
  await log.append('school', { last: Date.now(), wantedUntil: Date.now() }, keys)
  return sent
}

describe('what following events costs on AWS', () => {
  for (const events of [1, 20, 100, 500]) {
    it(`counts the write units that a row of ${events} events takes`, async () => {
      expect(unitsOfRow(events)).toBe(await unitsSent(events))
    })
  }

  it('is nothing where nobody follows', () => {
    expect(liveBillOf({ events: 1e6, readers: 0, hours: 24 })).toEqual([])
  })

  it('is what the document says', () => {
    const document = read('docs/cost.md').replaceAll(/\s+/g, ' ')
    const said = (pattern: RegExp) => Number(pattern.exec(document)?.[1])
    const month = totalOf(liveBillOf({ events: 0, readers: 1, hours: 24 * 30 }))
    const written = liveBillOf({ events: 1e6, readers: 1, hours: 0 })
    const [log, ...others] = written
    expect(said(/US\$ ([\d.]+) a month for a reader/)).toBeCloseTo(month, 1)
    expect(said(/US\$ ([\d.]+) a million events for their log/)).toBeCloseTo(log!.usd, 2)
    expect(said(/US\$ ([\d.]+) a million for each reader/)).toBeCloseTo(totalOf(others), 3)
  })
})
