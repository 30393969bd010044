import { describe, expect, it } from 'bun:test'
import { nonius } from '../support/crash/cli'
import { openClockScene, steps } from '../support/crash/clock-scene'
import { missing, until } from '../support/crash/held'
import { register } from '../support/crash/receiver'

// The first pause of the schedule is 5 s and up to a fifth more (docs/webhooks.md); the queue is
// looked at every second. As much again for a machine that is busy.
const FIRST_RETRY_MS = 5000 * 1.2 + 1000 + 3000

describe('a delivery that failed', () => {
  for (const [name, ms] of steps) {
    it.concurrent(`comes again as the schedule says when the clock is set ${name} meanwhile`, async () => {
      await using scene = openClockScene()
      const { clock, senders, receiver } = scene
      await using server = await scene.start()
      await register(server, receiver.url)
      receiver.answerWith(() => new Response(null, { status: 500 }))
      await senders.sendFor(server, 100)
      await until(() => receiver.messages.length > 0, 5000)
      // Its failure is noted before the clock is set.
      await Bun.sleep(500)
      receiver.answerWith(() => new Response())
      await clock.step(ms(clock.now()))
      await until(
        () => missing(senders.acknowledged, receiver.received).length === 0,
        FIRST_RETRY_MS,
      )
      expect(missing(senders.acknowledged, receiver.received)).toEqual([])
    }, 60_000)

    it.concurrent(`comes again when the clock is set ${name} and the server is started anew`, async () => {
      await using scene = openClockScene()
      const { clock, senders, receiver } = scene
      {
        await using server = await scene.start()
        await register(server, receiver.url)
        receiver.answerWith(() => new Response(null, { status: 500 }))
        await senders.sendFor(server, 100)
        await until(() => receiver.messages.length > 0, 5000)
        await Bun.sleep(500)
        await server.kill()
      }
      receiver.answerWith(() => new Response())
      await clock.step(ms(clock.now()))
      await using _server = await scene.start()
      await until(
        () => missing(senders.acknowledged, receiver.received).length === 0,
        FIRST_RETRY_MS,
      )
      expect(missing(senders.acknowledged, receiver.received)).toEqual([])
    }, 60_000)
  }
})

// A key that was revoked works at most 5 s more (src/access/keys/keyring.ts). As much again.
const REVOKED_AFTER_MS = 10_000

describe('a key that is revoked', () => {
  for (const [name, ms] of steps) {
    it.concurrent(`stays so when the clock is set ${name}`, async () => {
      await using scene = openClockScene()
      await using server = await scene.start()
      const cli = (...words: string[]) => nonius(scene.dataDir, 'keys', ...words)
      const key = (await cli('create', '--name', 'revoked', '--source', 'demo')).trim()
      const list = JSON.parse(await cli('list', '--json')) as { keyId: string; name: string }[]
      const { keyId } = list.find((one) => one.name === 'revoked')!
      const status = async () => {
        const headers = { authorization: `Bearer ${key}` }
        return (await fetch(`${server.url}/analytics/events?limit=1`, { headers })).status
      }
      expect(await status()).toBe(200)
      await cli('revoke', keyId)
      await scene.clock.step(ms(scene.clock.now()))
      expect(await until(async () => (await status()) === 401, REVOKED_AFTER_MS)).toBe(true)
      await scene.clock.step(-ms(scene.clock.now()))
      expect(await status()).toBe(401)
    }, 60_000)
  }
})
