import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { BadProxy } from '../support/pages/proxy'
import type { Taken } from '../support/pages/rig'
import { quick, scene, sessionOf, take, waiting } from '../support/pages/scene'
import { type Stage, startStage } from '../support/pages/stage'
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

/** Expects that no request brought what another one had brought before. */
function expectSentOnce(requests: BadProxy['passed']) {
  const ids = requests.flatMap(({ body }) => body.match(/"event_id":"[^"]+"/g) ?? [])
  expect(ids.length - new Set(ids).size).toBe(0)
}

describe('two tabs', () => {
  it('of one session number their events together, and send each once', async () => {
    await scene(stage, async ({ proxy, open }) => {
      const sessionId = crypto.randomUUID()
      const settings = { sessionId, batch: quick }
      const tabs = await Promise.all([1, 2, 3].map(() => open({ settings })))
      const taken: Taken[] = []
      for (let round = 0; round < 6; round += 1) {
        for (const part of await Promise.all(tabs.map((tab) => take(tab, 4)))) taken.push(...part)
      }
      await stage.arrive(sessionId, taken)
      expectSentOnce(proxy.passed)
    })
  })

  it('of which one is a copy of the other have a session each, and lose nothing', async () => {
    await scene(stage, async ({ context, open }) => {
      const page = await open({ settings: { batch: quick } })
      const first = await take(page, 3)
      const [copy] = await Promise.all([
        context.waitForEvent('page'),
        page.evaluate('void window.open(location.href)'),
      ])
      await copy.waitForFunction('globalThis.nonius')
      const second = await take(copy, 3)
      first.push(...(await take(page, 3)))
      const sessions = [await sessionOf(page), await sessionOf(copy)]
      expect(new Set(sessions).size).toBe(2)
      await copy.reload()
      await copy.waitForFunction('globalThis.nonius')
      expect(await sessionOf(copy)).toBe(sessions[1]!)
      second.push(...(await take(copy, 3)))
      await page.reload()
      await page.waitForFunction('globalThis.nonius')
      expect(await sessionOf(page)).toBe(sessions[0]!)
      first.push(...(await take(page, 3)))
      await page.evaluate('nonius.flush()')
      await stage.arrive(sessions[0]!, first)
      await stage.arrive(sessions[1]!, second)
    })
  })

  it('that both live leave each other what waits', async () => {
    await scene(stage, async ({ open }) => {
      const page = await open({ settings: { batch: waiting } })
      const sessionId = await sessionOf(page)
      const taken = await take(page, 5)
      const other = await open({ settings: { batch: quick } })
      const its = await take(other, 3)
      await stage.arrive(await sessionOf(other), its)
      await Bun.sleep(500)
      expect(await stage.stored(sessionId)).toEqual([])
      await page.close()
      await stage.arrive(sessionId, taken)
    })
  })

  it('of which one is closed without a chance to send: the other sends for it, while it is open', async () => {
    await scene(stage, async ({ proxy, open }) => {
      const page = await open({ settings: { batch: waiting } })
      const other = await open({ settings: { batch: quick } })
      const sessionId = await sessionOf(page)
      const taken = await take(page, 5)
      await Bun.sleep(100)
      proxy.does('cut', { preflights: true })
      await page.close()
      await Bun.sleep(100)
      proxy.does(undefined)
      await other.reload()
      await stage.arrive(sessionId, taken)
    })
  })
})

describe('twenty tabs that are closed at once', () => {
  it('leave everything to those that come next, which send each once', async () => {
    await scene(stage, async ({ proxy, open }) => {
      proxy.does('cut', { preflights: true })
      const settings = { batch: waiting }
      const tabs = await Promise.all(Array.from({ length: 20 }, () => open({ settings })))
      const taken = await Promise.all(
        tabs.map(async (tab) => ({ sessionId: await sessionOf(tab), events: await take(tab, 5) })),
      )
      await Bun.sleep(300)
      await Promise.all(tabs.map((tab) => tab.close()))
      await Bun.sleep(200)
      for (const { sessionId } of taken) expect(await stage.stored(sessionId)).toEqual([])
      proxy.does(undefined)
      const before = proxy.passed.length
      const next = await Promise.all(
        [1, 2, 3].map(() => open({ settings: { ...settings, batch: quick } })),
      )
      for (const { sessionId, events } of taken) await stage.arrive(sessionId, events)
      await until(async () => proxy.passed.slice(before).every(({ status }) => status === 200))
      expectSentOnce(proxy.passed.slice(before))
      // Nothing is left that a fourth would send, once they have heard that all is stored.
      await Promise.all(next.map((tab) => tab.evaluate('nonius.flush()')))
      await Bun.sleep(200)
      await Promise.all(next.map((tab) => tab.close()))
      const seen = proxy.passed.length
      const last = await open({ settings: { ...settings, batch: quick } })
      await last.evaluate('nonius.flush()')
      await Bun.sleep(300)
      expect(proxy.passed.length).toBe(seen)
    })
  })

  it('or fewer of one session send what they can while they close, and nothing is stored twice', async () => {
    await scene(stage, async ({ open }) => {
      const settings = { batch: waiting }
      const sessionId = crypto.randomUUID()
      const tabs = await Promise.all(
        Array.from({ length: 8 }, () => open({ settings: { ...settings, sessionId } })),
      )
      const taken = (await Promise.all(tabs.map((tab) => take(tab, 5)))).flat()
      await Bun.sleep(100)
      const next = open({ settings: { ...settings, batch: quick } })
      await Promise.all(tabs.map((tab) => tab.close()))
      await next
      await stage.arrive(sessionId, taken)
    })
  })
})
