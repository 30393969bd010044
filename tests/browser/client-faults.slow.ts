import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Page } from 'playwright-core'
import type { Fault } from '../support/pages/proxy'
import type { Taken } from '../support/pages/rig'
import { quick, type Scene, scene, sessionOf, take } from '../support/pages/scene'
import { type PageOptions, type Stage, startStage } from '../support/pages/stage'
import { until } from '../support/until'

// Chromium's first start on a busy machine of two cores.
const PATIENCE_MS = 60_000

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
}, PATIENCE_MS)
afterAll(async () => {
  const heard = { complaints: stage.complaints, quarantined: await stage.quarantined() }
  await stage[Symbol.asyncDispose]()
  // One event, that a test means to be refused.
  expect(heard).toEqual({ complaints: [], quarantined: 1 })
})

const idsIn = (body: string) =>
  body.split(/(?<=\})[\n,](?=\{)/).map((one) => /"event_id":"([^"]+)"/.exec(one)?.[1])

interface Behind extends Scene {
  page: Page
  sessionId: string
}

/** Opens a page behind a proxy of its own, which other tests do not disturb. */
async function behind(options: PageOptions, run: (at: Behind) => Promise<void>) {
  await scene(stage, async (its) => {
    const settings = { url: its.proxy.url, batch: quick, ...options.settings }
    const page = await stage.open(its.context, { ...options, settings })
    await run({ ...its, page, sessionId: await sessionOf(page) })
  })
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

describe('events of a page whose request', () => {
  for (const [what, fault, preflights = false] of faults) {
    it.concurrent(`${what} arrive, each once`, async () => {
      await behind({}, async ({ proxy, page, sessionId }) => {
        proxy.does(fault, { times: 2, preflights })
        const taken = await take(page, 25)
        await proxy.untilPassed(preflights ? 0 : 1)
        if (preflights) setTimeout(() => proxy.does(undefined), 500)
        taken.push(...(await take(page, 3)))
        await stage.arrive(sessionId, taken)
      })
    })
  }
})

// Their time is the test's.
const slowly = { clocked: true, settings: { batch: { events: 5, seconds: 1 } } }

describe('a client that is told to wait', () => {
  const waits: [what: string, headers: Record<string, string>, not: number, by: number][] = [
    ['Retry-After in seconds', { 'Retry-After': '300' }, 240, 340],
    ['RateLimit-Reset', { 'RateLimit-Remaining': '0', 'RateLimit-Reset': '300' }, 240, 340],
    // Seconds of an hour and ten minutes: a page has forgotten it by then.
    ['Retry-After of eleven days', { 'Retry-After': '1000000' }, 3500, 4200],
    ['Retry-After that is no time', { 'Retry-After': 'soon' }, 0, 5],
    ['Retry-After in the past', { 'Retry-After': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0, 5],
    ['Retry-After below zero', { 'Retry-After': '-30' }, 0, 5],
  ]
  for (const [what, headers, not, by] of waits) {
    it.concurrent(`by ${what} does, and then sends`, async () => {
      await behind(slowly, async ({ proxy, page, sessionId }) => {
        proxy.does({ answers: 429, headers }, { times: 1 })
        const taken = await take(page, 7)
        await proxy.untilPassed(1)
        await Bun.sleep(100)
        if (not > 0) {
          await page.clock.fastForward(not * 1000)
          taken.push(...(await take(page, 6)))
          await Bun.sleep(200)
          expect(proxy.passed).toHaveLength(1)
        }
        await page.clock.fastForward((by - not) * 1000)
        await stage.arrive(sessionId, taken)
      })
    })
  }

  it.concurrent('by the limits of the server itself loses nothing', async () => {
    await using limited = await startStage({ rateLimitPublish: '2/second' }, stage.browser)
    const context = await limited.context()
    const page = await limited.open(context, { settings: { batch: { events: 5, seconds: 0.2 } } })
    const taken = await take(page, 40)
    await limited.arrive(await sessionOf(page), taken)
    const statuses = limited.proxy.passed.map(({ status }) => status)
    // Headers tell the client how much more it may send, so that it hardly ever runs into the limit.
    expect(statuses.filter((one) => one === 429).length).toBeLessThanOrEqual(8)
    expect(limited.complaints).toEqual([])
    await context.close()
  })

  it.concurrent('by failures alone asks less and less often', async () => {
    await behind(slowly, async ({ proxy, page, sessionId }) => {
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
    })
  })

  it.concurrent('by silence gives a request up after its time, and sends again', async () => {
    await behind(slowly, async ({ proxy, page, sessionId }) => {
      proxy.does('hang', { times: 1 })
      const taken = await take(page, 7)
      await proxy.untilPassed(1)
      await page.clock.fastForward(14_000)
      await Bun.sleep(100)
      expect(proxy.passed).toHaveLength(1)
      await page.clock.fastForward(5_000)
      await Bun.sleep(100)
      await page.clock.fastForward(5_000)
      await stage.arrive(sessionId, taken)
    })
  })
})

describe('what a server refuses', () => {
  it.concurrent('as an event is told with its reason, costs no other anything, and is not sent again', async () => {
    await behind({ settings: { debug: true } }, async ({ proxy, page, sessionId }) => {
      const first = await take(page, 2)
      await page.evaluate(`nonius.track('x'.repeat(300), {})`)
      const rest = await take(page, 2)
      await page.evaluate('nonius.flush()')
      const events = await stage.stored(sessionId)
      expect(events.map(({ payload }) => payload)).toEqual([...first, ...rest])
      // The gap shows that there was one more.
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 4, 5])
      const told = stage.said.filter(
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
    const page = await narrow.open(context, { settings })
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
    expect(narrow.said.filter((one) => /\[nonius\] refused/.test(one))).not.toEqual([])
    await context.close()
  })

  it.concurrent('for its key is kept, told once without the key, and tried again', async () => {
    await behind(
      { ...slowly, settings: { ...slowly.settings, debug: true } },
      async ({ proxy, page, sessionId, said }) => {
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
        expect(said.filter((one) => /\[nonius\].* 401/.test(one))).toHaveLength(1)
        expect(said.filter((one) => one.includes(stage.app.keys.demo))).toEqual([])
      },
    )
  })
})
