import { describe, expect, it } from 'bun:test'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'
import { createSteppedClock } from './support/clock'
import { expectHeld, hotIds, missing, until } from './support/held'
import { register, startReceiver } from './support/receiver'
import { createSenders } from './support/senders'
import { settings } from './support/settings'

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR

/** From ten seconds past midnight to ten before it. */
const toBeforeMidnight = (now: number) => -((now % DAY) + 10 * SECOND)

const steps: [name: string, ms: (now: number) => number][] = [
  ['back 5 s', () => -5 * SECOND],
  ['back 1 h', () => -HOUR],
  ['forward 1 h', () => HOUR],
  ['back across midnight', toBeforeMidnight],
  ['forward 25 h', () => 25 * HOUR],
  ['back 25 h', () => -25 * HOUR],
]

/** A folder, who sends to it and who is told, and servers of it by a clock of their own. */
function openScene() {
  const folder = temporaryFolder()
  const aside = temporaryFolder()
  const receiver = startReceiver()
  const clock = createSteppedClock(aside.path)
  return {
    dataDir: folder.path,
    receiver,
    clock,
    senders: createSenders(),
    start: () => startServerProcess(folder.path, { ...settings, ...clock.env }),
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
      aside[Symbol.dispose]()
    },
  }
}

describe('a clock that is set', () => {
  for (const [name, ms] of steps) {
    it(`${name} while events come loses and repeats none`, async () => {
      await using scene = openScene()
      const { clock, senders, receiver } = scene
      // Ten seconds past midnight, so that every step back crosses it as well.
      await clock.step(DAY - (clock.now() % DAY) + 10 * SECOND)
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
      await using scene = openScene()
      const { clock, senders, receiver } = scene
      await clock.step(DAY - (clock.now() % DAY) + 10 * SECOND)
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
      await using scene = openScene()
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

// The first pause of the schedule is 5 s and up to a fifth more (docs/webhooks.md); the queue is
// looked at every second. As much again for a machine that is busy.
const FIRST_RETRY_MS = 5000 * 1.2 + 1000 + 3000

describe('a delivery that failed', () => {
  for (const [name, ms] of steps) {
    it.concurrent(`comes again as the schedule says when the clock is set ${name} meanwhile`, async () => {
      await using scene = openScene()
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
      await using scene = openScene()
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

// A key that was revoked works at most 5 s more (src/access/keyring.ts). As much again.
const REVOKED_AFTER_MS = 10_000

describe('a key that is revoked', () => {
  for (const [name, ms] of steps) {
    it.concurrent(`stays so when the clock is set ${name}`, async () => {
      await using scene = openScene()
      await using server = await scene.start()
      const cli = (...words: string[]) => nonius(scene.dataDir, 'keys', ...words)
      const key = (await cli('create', '--name', 'revoked')).trim()
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

async function nonius(dataDir: string, ...words: string[]): Promise<string> {
  const cli = new URL('../../src/cli.ts', import.meta.url).pathname
  const child = Bun.spawn([process.execPath, cli, ...words], {
    env: { ...process.env, NONIUS_DATA_DIR: dataDir },
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const text = await new Response(child.stdout).text()
  expect(await child.exited).toBe(0)
  return text
}
