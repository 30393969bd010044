import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Fault, startProxy } from '../support/pages/proxy'
import type { Taken } from '../support/pages/rig'
import { quick, type Scene, scene, sessionOf, take } from '../support/pages/scene'
import { type Settings, type Stage, startStage } from '../support/pages/stage'
import { until } from '../support/until'

// Chromium's first start on a busy machine of two cores.
const PATIENCE_MS = 60_000

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
}, PATIENCE_MS)
afterAll(async () => {
  const heard = { complaints: stage.complaints, conflicts: await stage.conflicts() }
  await stage[Symbol.asyncDispose]()
  expect(heard).toEqual({ complaints: [], conflicts: 0 })
})

const idsIn = (body: string) =>
  body.split(/(?<=\})[\n,](?=\{)/).map((one) => /"event_id":"([^"]+)"/.exec(one)?.[1])

interface Timed extends Scene {
  page: Page
  sessionId: string
}

// Fetch follows it, and is told 200.
const portal: Fault = { answers: 302, headers: { Location: '/docs' } }
const faults: [what: string, fault: Fault, preflights?: boolean][] = [
  ['is answered 503 with Retry-After', { answers: 503, headers: { 'Retry-After': '1' } }],
  ['is answered 503 by a gateway that knows no pages', { answers: 503, cors: false }, true],
  ['is answered 500', { answers: 500, body: '' }],
  ['is answered 408', { answers: 408 }],
  ['is answered 425', { answers: 425 }],
  ['is answered 429 that says nothing more', { answers: 429 }],
  ['is answered 200 with a page of HTML', { answers: 200 }],
  ['is answered 200 with JSON that is no receipt', { answers: 200, body: '{"ok":true}' }],
  ['is answered 200 with nothing', { answers: 200, body: '' }],
  ['is answered 204', { answers: 204 }],
  ['is sent on to a page that says hello', portal],
  ['is cut', 'cut'],
  ['is cut, as preflights are', 'cut', true],
  ['is cut halfway', 'cut halfway'],
  ['is taken, and cut before the answer', 'cut when taken'],
  ['is taken, and cut in the midst of the answer', 'cut in the answer'],
  ['is answered late', { delays: 700 }],
]

describe('events of a client whose request', () => {
  for (const [what, fault, preflights = false] of faults) {
    it.concurrent(`${what} arrive, each once`, async () => {
      await using proxy = await startProxy(() => stage.direct)
      proxy.does(fault, { times: 2, preflights })
      const client = await aClient({ url: proxy.url, batch: quick })
      const taken = await client.take(25)
      if (preflights) setTimeout(() => proxy.does(undefined), 500)
      else await proxy.untilPassed(1)
      taken.push(...(await client.take(3)))
      await stage.arrive(client.sessionId, taken)
    })
  }

  let one: Promise<Page> | undefined
  /** Makes a further client in a page that all of them share, as they share neither server nor session. */
  async function aClient(settings: Settings) {
    one ??= stage.shared().then((context) => stage.open(context))
    const page = await one
    const sessionId = crypto.randomUUID()
    const options = { key: stage.app.keys.demo, source: 'quiz', sessionId, ...settings }
    await page.evaluate(`rig.make(${JSON.stringify(options)})`)
    const take = (count: number) =>
      page.evaluate(`rig.take(${count}, {}, '${sessionId}')`) as Promise<Taken[]>
    return { sessionId, take }
  }
})

describe('a client that is told to wait', () => {
  const slow = { batch: { events: 5, seconds: 1 } }
  const timed =
    (run: (at: Timed) => Promise<void>, settings: Settings = slow) =>
    async () => {
      const opened = async (its: Scene) => {
        const page = await its.open({ settings, clocked: true })
        await run({ ...its, page, sessionId: await sessionOf(page) })
      }
      await scene(stage, opened, { apart: true })
    }

  const waits: [what: string, headers: Record<string, string>, not: number, by: number][] = [
    ['Retry-After in seconds', { 'Retry-After': '300' }, 240, 340],
    ['RateLimit-Reset', { 'RateLimit-Remaining': '0', 'RateLimit-Reset': '300' }, 240, 340],
    // An hour is the longest that it waits, and ten per cent, so that not all come at once.
    ['Retry-After of eleven days', { 'Retry-After': '1000000' }, 3500, 4200],
    ['Retry-After that is no time', { 'Retry-After': 'soon' }, 0, 5],
    ['Retry-After in the past', { 'Retry-After': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0, 5],
    ['Retry-After below zero', { 'Retry-After': '-30' }, 0, 5],
  ]
  it.concurrent(
    'does, by whatever it is told, and then sends',
    timed(async ({ proxy, page, sessionId }) => {
      const taken: Taken[] = []
      for (const [, headers, not, by] of waits) {
        proxy.does({ answers: 429, headers }, { times: 1 })
        const before = proxy.passed.length
        taken.push(...(await take(page, 7)))
        await proxy.untilPassed(before + 1)
        await Bun.sleep(100)
        if (not > 0) {
          await page.clock.fastForward(not * 1000)
          taken.push(...(await take(page, 6)))
          await Bun.sleep(200)
          expect(proxy.passed).toHaveLength(before + 1)
        }
        await page.clock.fastForward((by - not) * 1000)
        await stage.arrive(sessionId, taken)
        // What is stored is acknowledged a moment later.
        await page.evaluate('nonius.flush()')
      }
    }),
  )

  it.concurrent('by the limits of the server itself loses nothing', async () => {
    await using limited = await startStage({ rateLimitPublish: '2/second' }, stage.browser)
    const context = await limited.context()
    const settings = { batch: { events: 5, seconds: 0.2 } }
    const page = await limited.open(context, { settings })
    const taken = await take(page, 40)
    await limited.arrive(await sessionOf(page), taken)
    const statuses = limited.proxy.passed.map(({ status }) => status)
    // Headers tell the client how much more it may send, so that it hardly ever runs into the limit.
    expect(statuses.filter((one) => one === 429).length).toBeLessThanOrEqual(8)
    expect(limited.complaints).toEqual([])
    await context.close()
  })

  it.concurrent(
    'by failures alone asks less and less often',
    timed(async ({ proxy, page, sessionId }) => {
      proxy.does({ answers: 503 })
      const taken = await take(page, 7)
      // Ten minutes, each step of which is longer than a request takes.
      for (let step = 0; step < 60; step += 1) {
        await page.clock.fastForward(10_000)
        await Bun.sleep(20)
      }
      // With full jitter up to 60 s that is 25 tries on average; one each second would be 600.
      expect(proxy.passed.length).toBeGreaterThan(8)
      expect(proxy.passed.length).toBeLessThan(50)
      proxy.does(undefined)
      await page.clock.fastForward(61_000)
      await stage.arrive(sessionId, taken)
    }),
  )

  it.concurrent(
    'by silence gives a request up after its time, and sends again',
    timed(async ({ proxy, page, sessionId }) => {
      proxy.does('hang', { times: 1 })
      const taken = await take(page, 7)
      await proxy.untilPassed(1)
      // A request has 15 s, and the clock of the page goes on by itself, too, for as long as a busy machine takes.
      await page.clock.fastForward(9_000)
      await Bun.sleep(100)
      expect(proxy.passed).toHaveLength(1)
      await page.clock.fastForward(10_000)
      await Bun.sleep(100)
      await page.clock.fastForward(5_000)
      await stage.arrive(sessionId, taken)
    }),
  )
})

describe('what a server refuses', () => {
  it.concurrent('as an event is told with its reason, costs no other anything, and is not sent again', async () => {
    await scene(stage, async ({ proxy, open, said }) => {
      const page = await open({ settings: { batch: quick, debug: true } })
      const sessionId = await sessionOf(page)
      const first = await take(page, 2)
      await page.evaluate(`nonius.track('x'.repeat(300), {})`)
      const rest = await take(page, 2)
      await page.evaluate('nonius.flush()')
      const events = await stage.stored(sessionId)
      expect(events.map(({ payload }) => payload)).toEqual([...first, ...rest])
      // The gap shows that there was one more.
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 4, 5])
      const told = said.filter(
        (one) => /\[nonius\] quarantined/.test(one) && /event_type/.test(one),
      )
      expect(told.length).toBeGreaterThan(0)
      const again = await take(page, 1)
      await page.evaluate('nonius.flush()')
      const last = proxy.passed.at(-1)!
      expect(idsIn(last.body)).toHaveLength(1)
      expect((await stage.stored(sessionId)).at(-1)?.payload).toEqual(again[0]!)
    })
  })

  it.concurrent('as too large is sent in halves; what is too large alone is left out', async () => {
    const limit = 100_000
    await using narrow = await startStage({ maxBodyBytes: limit }, stage.browser)
    const context = await narrow.context()
    const settings = { batch: quick, debug: true }
    const said: string[] = []
    const page = await narrow.open(context, { settings }, (message) => said.push(message))
    const sessionId = await sessionOf(page)
    const taken = await take(page, 10, `{ essay: 'e'.repeat(${limit / 4}) }`)
    await narrow.arrive(sessionId, taken)
    taken.push(...(await take(page, 1)))
    await take(page, 1, `{ essay: 'e'.repeat(${limit}) }`)
    taken.push(...(await take(page, 2)))
    await until(async () => (await narrow.stored(sessionId)).length === 13)
    const events = await narrow.stored(sessionId)
    expect(events.map(({ payload }) => payload)).toEqual(taken)
    expect(events.slice(9).map(({ seq }) => seq)).toEqual([10, 11, 13, 14])
    expect(said.filter((one) => /\[nonius\] refused/.test(one))).not.toEqual([])
    await context.close()
  })

  it.concurrent('for its key is kept, told once without the key, and tried again', async () => {
    const settings = { batch: { events: 5, seconds: 1 }, debug: true }
    const refused = async ({ proxy, open, said }: Scene) => {
      const page = await open({ settings, clocked: true })
      const sessionId = await sessionOf(page)
      const all: Taken[] = []
      for (const status of [401, 403]) {
        proxy.does({ answers: status })
        const before = proxy.passed.length
        const taken = await take(page, 5)
        await proxy.untilPassed(before + 1)
        await Bun.sleep(100)
        await page.clock.fastForward(240_000)
        await take(page, 0)
        await Bun.sleep(100)
        expect(proxy.passed.length).toBe(before + 1)
        proxy.does(undefined)
        await page.clock.fastForward(70_000)
        all.push(...taken)
        await stage.arrive(sessionId, all)
      }
      expect(said.filter((one) => /\[nonius\] kept .* 401/.test(one))).toHaveLength(1)
      expect(said.filter((one) => one.includes(stage.app.keys.demo))).toEqual([])
    }
    await scene(stage, refused, { apart: true })
  })
})
