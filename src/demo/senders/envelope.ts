import type { DemoRequest, Document } from './sender'

interface Around {
  sensor: string
  /** Versions before 1.1 have none. */
  dataVersion?: string
  /** So far ahead of ours is the clock of the sensor, in ms. */
  aheadMs?: number
}

/** Makes the request of a system that sends envelopes of Caliper. */
export function envelopeOf(data: readonly Document[], around: Around): DemoRequest {
  const { sensor, dataVersion, aheadMs = 0 } = around
  return {
    path: '/caliper/v1p2/events',
    contentType: 'application/json',
    items: data.length,
    body(sentAt) {
      const sendTime = new Date(sentAt.getTime() + aheadMs).toISOString()
      return JSON.stringify({ sensor, sendTime, ...(dataVersion && { dataVersion }), data })
    },
  }
}
