import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { chromium, type Page } from 'playwright-core'
import { temporaryFolder } from '../support/folders'
import { chromiumOptions } from '../support/pages/chromium'
import type { Taken } from '../support/pages/rig'
import {
  crash,
  hide,
  quick,
  type Scene,
  scene,
  sessionOf,
  take,
  waiting,
} from '../support/pages/scene'
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

async function killBrowserOf(folder: string) {
  const { stdout } = Bun.spawnSync(['pgrep', '-f', `user-data-dir=${folder}`])
  for (const id of stdout.toString().split('\n').filter(Boolean))
    process.kill(Number(id), 'SIGKILL')
  await Bun.sleep(200)
}

const settle = (page: Page) => page.waitForTimeout(150)

interface Visit extends Scene {
  page: Page
  sessionId: string
  /** The same page again, as a person comes back. */
  again(): Promise<Page>
}

/** Opens a page that sends nothing by itself. */
async function visit(run: (at: Visit) => Promise<void>, settings: Settings = {}) {
  await scene(stage, async (its) => {
    const page = await its.open({ settings: { batch: waiting, ...settings } })
    const again = () => its.open({ settings: { batch: quick, ...settings } })
    await run({ ...its, page, sessionId: await sessionOf(page), again })
  })
}

describe('events that wait when their page', () => {
  for (const runBeforeUnload of [false, true]) {
    it.concurrent(`is closed${runBeforeUnload ? ', after it was asked' : ''} arrive at once`, async () => {
      await visit(async ({ page, sessionId }) => {
        const taken = await take(page, 7)
        await settle(page)
        await page.close({ runBeforeUnload })
        await stage.arrive(sessionId, taken)
      })
    })
  }

  it.concurrent('is left for another site arrive at once', async () => {
    await visit(async ({ page, sessionId }) => {
      const taken = await take(page, 7)
      await page.goto(`${stage.direct}/health`)
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('is reloaded arrive, and the session and its numbers go on', async () => {
    await visit(async ({ page, sessionId }) => {
      const taken = await take(page, 4)
      for (let round = 0; round < 5; round += 1) {
        await page.reload()
        await page.waitForFunction('globalThis.nonius')
        expect(await sessionOf(page)).toBe(sessionId)
        taken.push(...(await take(page, 3)))
      }
      await page.close()
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('is hidden arrive at once, while it stays open', async () => {
    await visit(async ({ page, sessionId }) => {
      const taken = await take(page, 7)
      await hide(page)
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('says goodbye arrive with what it says, now or when it comes again', async () => {
    await visit(async ({ page, sessionId, again }) => {
      const taken = await take(page, 2)
      await page.evaluate(`for (const name of ['visibilitychange', 'pagehide', 'beforeunload'])
        addEventListener(name, () => localStorage.setItem('said ' + name + Math.random(), JSON.stringify(rig.take(1, { name }))))`)
      await hide(page)
      await page.goto('about:blank')
      const next = await again()
      const said =
        (await next.evaluate(`Object.keys(localStorage).filter((one) => one.startsWith('said '))
        .flatMap((one) => JSON.parse(localStorage.getItem(one)))`)) as Taken[]
      expect(said.length).toBeGreaterThanOrEqual(2)
      taken.push(...said.sort((a, b) => a.n - b.n))
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('cannot send any more arrive when it comes again', async () => {
    await visit(async ({ page, proxy, sessionId, again }) => {
      proxy.does('cut', { preflights: true })
      const taken = await take(page, 7)
      await settle(page)
      await page.close()
      await Bun.sleep(200)
      expect(await stage.stored(sessionId)).toEqual([])
      proxy.does(undefined)
      const other = await again()
      expect(await sessionOf(other)).not.toBe(sessionId)
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('goes while an answer is under way arrive once', async () => {
    await visit(async ({ page, proxy, sessionId, again }) => {
      proxy.does('cut when taken')
      const taken = await take(page, 12)
      await page.evaluate('void nonius.flush()')
      await proxy.untilPassed(1)
      await page.close()
      proxy.does(undefined)
      await again()
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('holds more than a browser sends at the end arrive, some then, the rest when it comes again', async () => {
    await visit(async ({ page, sessionId, again }) => {
      const taken = await take(page, 60, `{ essay: 'e'.repeat(5000) }`)
      await settle(page)
      await page.close()
      await until(async () => (await stage.stored(sessionId)).length > 0)
      // 64 KB is what a browser lets a page leave behind.
      expect((await stage.stored(sessionId)).length).toBeLessThan(30)
      await again()
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('crashes arrive when it comes again', async () => {
    await visit(async ({ page, sessionId, again }) => {
      const taken = await take(page, 40)
      await settle(page)
      await crash(page)
      await again()
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('crashes in the very moment arrive when it comes again, or their gap shows', async () => {
    const sessionId = crypto.randomUUID()
    await visit(
      async ({ page, again }) => {
        const taken = await take(page, 40)
        await crash(page)
        const next = await again()
        const after = await take(next, 5)
        await next.evaluate('nonius.flush()')
        const isLast = (seq: number | undefined) => (seq ?? 0) >= 45
        await until(async () => isLast((await stage.stored(sessionId)).at(-1)?.seq))
        const events = await stage.stored(sessionId)
        const both = [...taken, ...after]
        // Where the disk had one too late, the others keep their numbers.
        for (const { seq, payload } of events) expect(payload).toEqual(both[seq - 1]!)
        expect(new Set(events.map(({ seq }) => seq)).size).toBe(events.length)
        console.log(`  of 40 events, ${45 - events.length} were lost by a crash in their moment`)
      },
      { sessionId },
    )
  })

  it.concurrent('comes back as it was, by the button that leads back, arrive once, and it goes on', async () => {
    await visit(async ({ page, sessionId }) => {
      const taken = await take(page, 4)
      await page.evaluate('globalThis.mark = 1')
      await page.goto(stage.serve({ settings: { sessionId: 'another' } }))
      await page.goBack({ waitUntil: 'commit' })
      await page.waitForFunction('globalThis.mark')
      taken.push(...(await take(page, 4)))
      await page.evaluate('nonius.flush()')
      taken.push(...(await take(page, 4)))
      await page.close()
      await stage.arrive(sessionId, taken)
    })
  })
})

describe('a page that is offline', () => {
  it.concurrent('for a minute keeps still, and sends when it is online again', async () => {
    const minute = async ({ context, proxy, open }: Scene) => {
      const settings = { batch: { events: 10, seconds: 1 } }
      const page = await open({ settings, clocked: true })
      const sessionId = await sessionOf(page)
      await context.setOffline(true)
      const taken = await take(page, 12)
      for (let step = 0; step < 6; step += 1) {
        await page.clock.fastForward(10_000)
        taken.push(...(await take(page, 2)))
        await Bun.sleep(20)
      }
      expect(proxy.passed).toEqual([])
      await context.setOffline(false)
      await page.clock.fastForward(2_000)
      await stage.arrive(sessionId, taken)
    }
    await scene(stage, minute, { apart: true })
  })

  it.concurrent('and is reloaded so has lost nothing when it is online again', async () => {
    const reloaded = async ({ context, proxy, open }: Scene) => {
      const page = await open({ settings: { batch: quick } })
      // Its worker has the page when there is no network.
      await page.evaluate(`navigator.serviceWorker.register('/worker.js')`)
      await page.waitForFunction('navigator.serviceWorker.controller')
      await page.reload()
      await page.waitForFunction('globalThis.nonius')
      const sessionId = await sessionOf(page)
      await context.setOffline(true)
      const taken = await take(page, 12)
      expect(proxy.passed).toEqual([])
      // What a page asks while it ends, or before it is told that there is no network, may get through.
      for (let round = 0; round < 3; round += 1) {
        await page.reload()
        await page.waitForFunction('globalThis.nonius')
        taken.push(...(await take(page, 3)))
      }
      await context.setOffline(false)
      await stage.arrive(sessionId, taken)
    }
    await scene(stage, reloaded, { apart: true })
  })
})

it('uses no number twice, and loses nothing that was on disk, when the whole browser is killed', async () => {
  using folder = temporaryFolder()
  const sessionId = crypto.randomUUID()
  const address = stage.serve({ settings: { batch: waiting, sessionId } })
  const taken: Taken[] = []
  // The last ten of a page that was killed may not have been on disk.
  const early = () => taken.filter(({ n }, index) => n <= 10 || index >= 40)
  async function lost() {
    const stored = (await stage.stored(sessionId)).map(
      ({ payload }) => `${payload.tab} ${payload.n}`,
    )
    return early().filter(({ tab, n }) => !stored.includes(`${tab} ${n}`)).length
  }
  async function visit(run: (page: Page) => Promise<void>) {
    const context = await chromium.launchPersistentContext(folder.path, chromiumOptions())
    await stage.listen(context)
    const page = await context.newPage()
    await page.goto(address)
    await page.waitForFunction('globalThis.nonius')
    await run(page)
    await context.close().catch(() => undefined)
  }
  for (const _ of [1, 2]) {
    await visit(async (page) => {
      taken.push(...(await take(page, 10)))
      await page.waitForTimeout(300)
      taken.push(...(await take(page, 10)))
      await killBrowserOf(folder.path)
    })
  }
  await visit(async (page) => {
    taken.push(...(await take(page, 10)))
    await page.evaluate('nonius.flush()')
    await until(async () => (await lost()) === 0)
  })
  const events = await stage.stored(sessionId)
  expect(new Set(events.map(({ seq }) => seq)).size).toBe(events.length)
})
