import { describe, expect, it } from 'bun:test'
import { receivers } from '../receivers-list'
import { type Meeting, TIMEOUT_MS } from './meet'

// For timers that come late on a machine that is busy.
const GRACE_MS = 3000

// Of the system on both sides of a connection; we read 288 KB at most.
const SYSTEM_BUFFER_BYTES = 12 * 1024 * 1024

/** Holds what came of every call to every receiver to the list. */
export async function receiversSuite(runtime: string, meetAll: () => Promise<Meeting[]>) {
  const meetings = await meetAll()
  describe(`On ${runtime}, a call to a receiver that`, () => {
    it('is on the list comes to an end, whoever calls', () => {
      expect(receivers.length).toBeGreaterThan(25)
      expect(meetings).toHaveLength(3 * receivers.length)
    })

    for (const { receiver, call, ...found } of meetings) {
      it(`${receiver}, as ${call}, ends in time, within its bytes, as it should`, () => {
        expect(found).toMatchObject({ isExpected: true, open: 0 })
        expect(found.tookMs).toBeLessThan(TIMEOUT_MS + GRACE_MS)
        expect(found.sentBytes).toBeLessThan(SYSTEM_BUFFER_BYTES)
      })
    }
  })
}
