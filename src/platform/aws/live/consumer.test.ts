import { describe, expect, it } from 'bun:test'
import { aBatch, aRecord } from '../../../../tests/support/records'
import { createLiveConsumer } from './consumer'
import type { Head } from './log'

const tenants = Array.from({ length: 20 }, (_, n) => `school-${n}`)
const records = tenants.map((tenantId) => aRecord({ tenantId }))
const head: Head = { last: 1, wantedUntil: Number.POSITIVE_INFINITY }

/** A log that notes for whom rows were written. */
function aLog(wanted = tenants) {
  const written: string[] = []
  return {
    written,
    wanted: async () => new Map(wanted.map((tenantId) => [tenantId, head])),
    async append(tenantId: string) {
      written.push(tenantId)
      return 2
    },
  }
}

describe('the consumer of live readers', () => {
  it('lets no tenant of a batch wait for one whose subscribers take nothing', async () => {
    const liveLog = aLog()
    const posted: string[] = []
    const slow = Promise.withResolvers<void>()
    const consumer = createLiveConsumer({
      liveLog,
      async fanOut(tenantId) {
        expect(liveLog.written).toHaveLength(tenants.length)
        if (tenants.indexOf(tenantId) < 12) await slow.promise
        posted.push(tenantId)
      },
    })
    const handled = consumer.handle(aBatch('b1', records))
    await Bun.sleep(20)
    expect(posted).toEqual(tenants.slice(12))
    slow.resolve()
    await handled
    expect(posted.toSorted()).toEqual(tenants.toSorted())
  })

  it('writes and posts for those alone whom somebody follows', async () => {
    const liveLog = aLog(tenants.slice(0, 2))
    const posted: string[] = []
    const fanOut = async (tenantId: string) => void posted.push(tenantId)
    await createLiveConsumer({ liveLog, fanOut }).handle(aBatch('b1', records))
    expect([liveLog.written, posted]).toEqual([tenants.slice(0, 2), tenants.slice(0, 2)])
  })
})
