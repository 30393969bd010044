import { describe, expect, it } from 'bun:test'
import { type Peer, startBare, startHono } from '../../bench/peers/start'
import { anEnvelope, anEvent } from '../../tools/samples/envelopes'

const post = ({ url }: Peer, data: unknown[]) =>
  fetch(`${url}/caliper/v1p2/events`, { method: 'POST', body: JSON.stringify(anEnvelope(data)) })

describe('a peer of the benchmarks', () => {
  for (const [name, start] of [
    ['that parses and inserts', startBare],
    ['of Hono, Zod and SQLite', startHono],
  ] as const) {
    it(`${name} takes the events that are sent to Nonius`, async () => {
      await using peer = await start()
      const reply = await post(peer, [anEvent(), anEvent(), anEvent()])
      expect([reply.status, await reply.json()]).toEqual([200, { stored: 3 }])
    })
  }

  it('of Hono and Zod does check them: one that is broken is refused', async () => {
    await using peer = await startHono()
    expect((await post(peer, [anEvent(), { ...anEvent(), actor: 7 }])).status).toBe(400)
  })
})
