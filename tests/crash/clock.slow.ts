import { describe, expect, it } from 'bun:test'
import { longSteps, openClockScene, steps } from '../support/crash/clock-scene'
import { expectHeld, hotIds, missing, until } from '../support/crash/held'
import { register } from '../support/crash/receiver'

describe('a clock that is set', () => {
  for (const [name, ms] of [...steps, ...longSteps]) {
    it(`${name} while events come loses and repeats none`, async () => {
      await using scene = openClockScene()
      const { clock, senders, receiver } = scene
      await using server = await scene.start()
      await register(server, receiver.url)
      const sending = senders.sendFor(server, 1500)
      await Bun.sleep(500)
      await clock.step(ms(clock.now()))
      const before = senders.acknowledged.length
      await sending
      expect(senders.acknowledged.length).toBeGreaterThan(before)
      await expectHeld(senders.acknowledged, { ...scene, server })
    }, 60_000)

    it(`${name} between two starts, the first of which was killed, loses none`, async () => {
      await using scene = openClockScene()
      const { clock, senders, receiver } = scene
      {
        await using server = await scene.start()
        await register(server, receiver.url)
        const sending = senders.sendUntil(server, server.process.exited)
        await Bun.sleep(500)
        await server.kill()
        await sending
      }
      await clock.step(ms(clock.now()))
      await using server = await scene.start()
      await senders.sendFor(server, 500)
      await expectHeld([...senders.acknowledged, ...(await hotIds(server))], { ...scene, server })
    }, 60_000)

    it(`${name} owes a webhook what is stored after it was made, and nothing before`, async () => {
      await using scene = openClockScene()
      const { clock, senders, receiver } = scene
      await using server = await scene.start()
      await senders.sendFor(server, 200)
      const before = new Set(senders.acknowledged)
      await register(server, receiver.url)
      await clock.step(ms(clock.now()))
      await senders.sendFor(server, 300)
      const after = senders.acknowledged.slice(before.size)
      await until(() => missing(after, receiver.received).length === 0, 10_000)
      expect(missing(after, receiver.received)).toEqual([])
      expect([...before].filter((id) => receiver.received.has(id))).toEqual([])
    }, 60_000)
  }
})
