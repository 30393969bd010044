import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import type { AppError } from '../../../src/error/app-error'
import { createStreamPlaces } from '../../../src/platform/aws/live/stream-places'
import { silentLog } from '../../../src/telemetry/log'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { aRunningClock } from '../../support/clock'

setDefaultTimeout(60_000)

async function open(perTenant: number) {
  const client = await aDynamoDbClient()
  const table = await freshTable(client, 'live')
  const clock = aRunningClock()
  // Each stream has a process of its own.
  const places = () =>
    createStreamPlaces({ client, table, clock, log: silentLog, perTenant, lifeSeconds: 300 })
  const codeOf = async (tenantId: string) => {
    try {
      await places().take(tenantId)
      return 'taken'
    } catch (error) {
      return (error as AppError).code
    }
  }
  return { clock, places, codeOf }
}

describe('the places of streams', () => {
  it('are so many for each tenant, over all processes', async () => {
    const { codeOf } = await open(3)
    const codes: string[] = []
    for (let stream = 0; stream < 5; stream += 1) codes.push(await codeOf('school'))
    expect(codes).toEqual(['taken', 'taken', 'taken', 'busy', 'busy'])
    expect(await codeOf('other')).toBe('taken')
  })

  it('are neither more nor fewer, whoever takes them at once', async () => {
    const { codeOf } = await open(3)
    const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf('school')))
    expect(codes.filter((code) => code === 'taken')).toHaveLength(3)
  })

  it('are free again when a stream has ended', async () => {
    const { places, codeOf } = await open(1)
    const own = places()
    const place = await own.take('school')
    expect(await codeOf('school')).toBe('busy')
    place[Symbol.dispose]()
    await own.settle()
    expect(await codeOf('school')).toBe('taken')
  })

  it('are free again when the time of a stream is over, whatever became of its process', async () => {
    const { clock, codeOf } = await open(2)
    expect([await codeOf('school'), await codeOf('school')]).toEqual(['taken', 'taken'])
    clock.advance(200_000)
    expect(await codeOf('school')).toBe('busy')
    clock.advance(200_000)
    expect([await codeOf('school'), await codeOf('school')]).toEqual(['taken', 'taken'])
    expect(await codeOf('school')).toBe('busy')
  })
})
