import { beforeAll, describe, expect, it } from 'bun:test'
import { createClaims } from '../../../src/platform/aws/deliveries/claims'
import type { WebhookClaims } from '../../../src/platform/webhook-claims'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { aClock } from '../../support/deliveries'

let clock: ReturnType<typeof aClock>
let processes: WebhookClaims[]
let made = 0

beforeAll(async () => {
  const dynamo = await aDynamoDbClient()
  const table = await freshTable(dynamo, 'deliveries')
  clock = aClock()
  processes = Array.from({ length: 20 }, () => createClaims({ dynamo, table, clock }))
})

const aWebhook = (tenantId = 'a') => {
  made += 1
  return { tenantId, webhookId: `whk_${made}` }
}

describe('Claims of a webhook', () => {
  it('are as many as it may have, for all processes that ask at once', async () => {
    const whose = aWebhook()
    const asked = await Promise.all(processes.map((one) => one.take(whose, 4)))
    const taken = asked.filter((one) => one !== undefined)
    expect(taken.length).toBeGreaterThan(0)
    expect(taken.length).toBeLessThanOrEqual(4)
    while (taken.length < 4) taken.push((await processes[0]!.take(whose, 4))!)
    expect(await processes[1]!.take(whose, 4)).toBeUndefined()
    await taken[0]!()
    expect(await processes[2]!.take(whose, 4)).toBeDefined()
    // One that was given back twice frees nothing of another's.
    await taken[0]!()
    expect(await processes[3]!.take(whose, 4)).toBeUndefined()
  })

  it('end by themselves, when a process dies with them', async () => {
    const whose = aWebhook()
    const [one, other] = processes
    const lost = await one!.take(whose, 1)
    clock.advance(60_000) // the longest call has ended by then
    expect(await other!.take(whose, 1)).toBeUndefined()
    clock.advance(31_000)
    expect(await other!.take(whose, 1)).toBeDefined()
    await lost!()
    expect(await one!.take(whose, 1)).toBeUndefined()
  })

  it('are nobody else’s: neither another webhook’s nor another tenant’s', async () => {
    const whose = aWebhook('a')
    await processes[0]!.take(whose, 1)
    await processes[0]!.noteSlow(whose)
    for (const other of [aWebhook('a'), { ...whose, tenantId: 'b' }]) {
      expect(await processes[1]!.take(other, 1)).toBeDefined()
      expect(await processes[1]!.isSlow(other)).toBe(false)
    }
  })

  it('are asked for as long as it was noted as slow, by any process', async () => {
    const whose = aWebhook()
    expect(await processes[1]!.isSlow(whose)).toBe(false)
    await processes[0]!.noteSlow(whose)
    expect(await processes[1]!.isSlow(whose)).toBe(true)
    clock.advance(60_001)
    expect(await processes[1]!.isSlow(whose)).toBe(false)
  })
})
