import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { temporaryFolder } from '../support/folders'
import { chromiumOptions } from '../support/pages/chromium'
import { startProxy } from '../support/pages/proxy'
import {
  crash,
  hide,
  kept,
  quick,
  type Scene,
  scene,
  sessionOf,
  take,
  waiting,
} from '../support/pages/scene'
import { bundled, type PageOptions, type Stage, startStage } from '../support/pages/stage'
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

/** Starts a browser of somebody who has chosen settings. */
async function profile(folder: string, settings: object): Promise<BrowserContext> {
  mkdirSync(join(folder, 'Default'))
  const preferences = JSON.stringify({ profile: { cookie_controls_mode: 0, ...settings } })
  writeFileSync(join(folder, 'Default/Preferences'), preferences)
  const context = await chromium.launchPersistentContext(folder, chromiumOptions())
  await stage.listen(context)
  return context
}

// Says what a page meets that looks at its storage.
const TOUCH = `(() => { try { return typeof localStorage } catch (e) { return e.name } })()`

const apart = (run: (at: Scene) => Promise<void>) => scene(stage, run, { apart: true })

describe('a client whose storage is blocked', () => {
  async function framed(context: BrowserContext, attributes: string, options: PageOptions) {
    // One site is 127.0.0.1, the other localhost: the frame is a third party's.
    const inner = stage.serve({ ...options, host: 'localhost' })
    const body = `<iframe ${attributes} src="${inner}"></iframe>`
    const page = await context.newPage()
    await page.goto(stage.serve({ body }))
    const frame = page.frames().find((one) => one.url() === inner)!
    await frame.waitForFunction('globalThis.nonius')
    return { page, frame }
  }

  it.concurrent('in a sandbox sends all the same, also when it is hidden', async () => {
    await scene(stage, async ({ proxy, context }) => {
      const options = { settings: { batch: quick }, as: 'script' as const }
      const { frame } = await framed(context, 'sandbox="allow-scripts"', options)
      expect(await frame.evaluate(TOUCH)).toBe('SecurityError')
      const sessionId = await sessionOf(frame)
      proxy.does({ answers: 503, headers: { 'Retry-After': '1' } }, { times: 1 })
      const taken = await take(frame, 12)
      await stage.arrive(sessionId, taken)
      taken.push(...(await take(frame, 4)))
      await hide(frame)
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('in the frame of a third party sends all the same, also when it is hidden', async () => {
    await scene(stage, async ({ context }) => {
      // A private window gives such a frame no storage.
      const { frame } = await framed(context, '', {
        settings: { batch: waiting },
      })
      expect(await frame.evaluate(TOUCH)).toBe('SecurityError')
      const sessionId = await sessionOf(frame)
      const taken = await take(frame, 12)
      await frame.evaluate('nonius.flush()')
      taken.push(...(await take(frame, 5)))
      await hide(frame)
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('not, but parted, in the frame of a third party keeps what it cannot send', async () => {
    using folder = temporaryFolder()
    await using proxy = await startProxy(() => stage.direct)
    const context = await profile(folder.path, { block_third_party_cookies: false })
    const settings = { batch: waiting }
    const { page, frame } = await framed(context, '', { settings })
    const sessionId = await sessionOf(frame)
    const taken = await take(frame, 12)
    await Bun.sleep(200)
    proxy.does('cut', { preflights: true })
    await page.reload()
    proxy.does(undefined)
    const again = page.frames().at(-1)!
    await again.waitForFunction('globalThis.nonius')
    await stage.arrive(sessionId, taken)
    await context.close()
  })

  it.concurrent('by a person who blocks all data of sites sends from memory', async () => {
    using folder = temporaryFolder()
    const blocked = { default_content_setting_values: { cookies: 2 } }
    const context = await profile(folder.path, blocked)
    const page = await stage.open(context, { settings: { batch: quick } })
    expect(await page.evaluate(TOUCH)).toBe('SecurityError')
    const taken = await take(page, 12)
    await stage.arrive(await sessionOf(page), taken)
    await context.close()
  })
})

describe('a client whose storage', () => {
  it.concurrent('is full holds in memory what it cannot keep, says so, and sends all', async () => {
    await scene(stage, async ({ context, open, said }) => {
      // What a browser gives is asked once, before the first is stored.
      const page = await open({ settings: { batch: waiting, debug: true, consent: 'pending' } })
      const session = await context.newCDPSession(page)
      const { origin } = new URL(page.url())
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 })
      // 5 MB of UTF-16 are what a browser gives localStorage.
      await page.evaluate(`for (let size = 5e6; size > 0; ) {
        try { localStorage.setItem('filler ' + localStorage.length, 'x'.repeat(size)) } catch { size >>= 1 }
      }`)
      await page.evaluate('nonius.consent(true)')
      const taken = await take(page, 30, `{ essay: 'e'.repeat(2000) }`)
      await until(() => said.some((one) => /\[nonius\] in memory/.test(one)))
      await page.evaluate('nonius.flush()')
      await stage.arrive(await sessionOf(page), taken)
    })
  })

  const faults: [what: string, code: string][] = [
    [
      'throws whatever is asked of it',
      `for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(globalThis, name, { get() { throw new DOMException('no', 'SecurityError') } })`,
    ],
    [
      'is null, as in some views of apps',
      `for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(globalThis, name, { value: null })`,
    ],
    [
      'opens no database',
      `indexedDB.constructor.prototype.open = () => { throw new DOMException('no', 'SecurityError') }`,
    ],
    [
      'never answers when a database is opened',
      `indexedDB.constructor.prototype.open = () => ({})`,
    ],
    [
      'takes no writes',
      `IDBObjectStore.prototype.put = IDBObjectStore.prototype.add = Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }`,
    ],
    [
      'gives up every transaction',
      `const was = IDBDatabase.prototype.transaction
      IDBDatabase.prototype.transaction = function (...all) { const tx = was.apply(this, all); queueMicrotask(() => { try { tx.abort() } catch {} }); return tx }`,
    ],
    [
      'has no database but what is local',
      `Object.defineProperty(globalThis, 'indexedDB', { value: undefined })`,
    ],
    [
      'was filled by a stranger with nonsense',
      `for (const name of ['nonius:seq:s-NONSENSE', 'nonius', 'nonius:queue', 'nonius:session']) { localStorage.setItem(name, '{"n'); sessionStorage.setItem(name, '\\u0000') }`,
    ],
    ['has no locks', `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })`],
    [
      'has locks that are refused',
      `LockManager.prototype.request = () => Promise.reject(new DOMException('no', 'SecurityError'))`,
    ],
    [
      'has locks that throw',
      `LockManager.prototype.request = () => { throw new DOMException('no', 'SecurityError') }`,
    ],
    [
      'has no random UUIDs',
      `Object.defineProperty(Crypto.prototype, 'randomUUID', { value: undefined })`,
    ],
    [
      'has no channels',
      `Object.defineProperty(globalThis, 'BroadcastChannel', { value: undefined })`,
    ],
  ]
  for (const [what, code] of faults) {
    it.concurrent(`${what} sends all the same`, async () => {
      await scene(stage, async ({ open }) => {
        const settings = { batch: quick }
        const head = `<script>${code}</script>`
        const page = await open({ settings, head })
        const taken = await take(page, 12)
        const sessionId = await sessionOf(page)
        await stage.arrive(sessionId, taken)
        taken.push(...(await take(page, 3)))
        await page.close()
        await stage.arrive(sessionId, taken)
      })
    })
  }

  it.concurrent('is erased by the page while it runs goes on', async () => {
    await scene(stage, async ({ open }) => {
      const sessionId = crypto.randomUUID()
      const settings = { batch: waiting, sessionId }
      const page = await open({ settings })
      const taken = await take(page, 5)
      await Bun.sleep(100)
      await page.evaluate(`localStorage.clear(); sessionStorage.clear()`)
      await page.evaluate(
        `(async () => { for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name) })()`,
      )
      await Bun.sleep(100)
      taken.push(...(await take(page, 5)))
      await page.evaluate('nonius.flush()')
      await stage.arrive(sessionId, taken)
    })
  })
})

it.concurrent('keeps in either storage what it promises of both', async () => {
  await scene(stage, async ({ open }) => {
    const page = await open({ settings: { consent: false } })
    const content = await bundled('tests/support/pages/check-stores.ts')
    await page.addScriptTag({ content, type: 'module' })
    await page.evaluate('checkStores()')
  })
})

describe('a page that is no secure context', () => {
  it.concurrent('sends, keeps, and hands over as every other does', async () => {
    await scene(stage, async ({ proxy, open }) => {
      const options = { host: 'quiz.test', settings: { batch: waiting } }
      const page = await open(options)
      expect(
        await page.evaluate('[isSecureContext, typeof crypto.randomUUID, typeof navigator.locks]'),
      ).toEqual([false, 'undefined', 'undefined'])
      const sessionId = await sessionOf(page)
      const taken = await take(page, 5)
      await Bun.sleep(200)
      proxy.does('cut', { preflights: true })
      await page.reload()
      await page.waitForFunction('globalThis.nonius')
      expect(await sessionOf(page)).toBe(sessionId)
      taken.push(...(await take(page, 5)))
      await Bun.sleep(200)
      // Another one lives beside it, and leaves it what is its own.
      const other = await open({
        ...options,
        settings: { batch: quick },
      })
      expect(await sessionOf(other)).not.toBe(sessionId)
      const its = await take(other, 3)
      proxy.does(undefined)
      await stage.arrive(await sessionOf(other), its)
      await page.close()
      await stage.arrive(sessionId, taken)
    })
  })

  it.concurrent('hands over what a crash left', async () => {
    await apart(async ({ open }) => {
      const options = { host: 'quiz.test', settings: { batch: waiting } }
      const page = await open(options)
      const sessionId = await sessionOf(page)
      const taken = await take(page, 5)
      await Bun.sleep(200)
      await crash(page)
      const next = await open({ ...options, clocked: true })
      // Nothing tells that it has crashed but that it is silent for long.
      await next.clock.fastForward(120_000)
      await Bun.sleep(200)
      await next.clock.fastForward(120_000)
      await stage.arrive(sessionId, taken)
    })
  })
})

describe('consent', () => {
  /** What left the page, beside the client itself. */
  function watched(page: Page) {
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    return asked
  }

  for (const as of ['script', 'module'] as const) {
    it.concurrent(`that is pending leaves nothing anywhere, and then brings all (${as})`, async () => {
      await scene(stage, async ({ proxy, context, open }) => {
        const settings =
          as === 'script' ? { consent: 'pending' } : { consent: 'pending', batch: quick }
        const page = await open({ as, settings: { url: proxy.url, ...settings } })
        const asked = watched(page)
        const taken = await take(page, 15)
        await page.evaluate(`nonius.flush()`)
        await Bun.sleep(400)
        expect(await kept(page)).toEqual([])
        expect(await context.cookies()).toEqual([])
        expect(proxy.passed).toEqual([])
        expect(asked).toEqual([])
        await page.evaluate('nonius.consent(true)')
        taken.push(...(await take(page, 3)))
        await page.evaluate('nonius.flush()')
        await stage.arrive(await sessionOf(page), taken)
        expect(await context.cookies()).toEqual([])
      })
    })
  }

  it.concurrent('that is pending leaves nothing when the page ends', async () => {
    await scene(stage, async ({ proxy, open }) => {
      const settings = { consent: 'pending', batch: quick }
      const page = await open({ settings })
      const sessionId = await sessionOf(page)
      await take(page, 15)
      await page.evaluate(
        `dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('freeze'))`,
      )
      await page.reload()
      await page.waitForFunction('globalThis.nonius')
      await Bun.sleep(200)
      expect(await kept(page)).toEqual([])
      expect(proxy.passed).toEqual([])
      expect(await stage.stored(sessionId)).toEqual([])
    })
  })

  it.concurrent('that is refused erases everything, sends nothing, and ignores what follows', async () => {
    await scene(stage, async ({ proxy, context, open }) => {
      const page = await open({ settings: { batch: waiting } })
      await take(page, 15)
      await Bun.sleep(200)
      expect(await kept(page)).not.toEqual([])
      const seen = proxy.passed.length
      await page.evaluate('nonius.consent(false)')
      await take(page, 15)
      await page.evaluate('nonius.flush()')
      await Bun.sleep(300)
      expect(await kept(page)).toEqual([])
      expect(await context.cookies()).toEqual([])
      await page.reload()
      await Bun.sleep(100)
      expect(proxy.passed.length).toBe(seen)
    })
  })

  it.concurrent('that is refused from the beginning leaves nothing', async () => {
    await scene(stage, async ({ proxy, open }) => {
      const settings = { consent: false, batch: quick }
      const page = await open({ settings })
      await take(page, 15)
      await page.evaluate('nonius.flush()')
      await Bun.sleep(300)
      expect(await kept(page)).toEqual([])
      await page.close()
      await Bun.sleep(100)
      expect(proxy.passed).toEqual([])
    })
  })

  it.concurrent('that is refused erases what other tabs left, and what one left that was offline', async () => {
    await scene(stage, async ({ proxy, open }) => {
      proxy.does('cut', { preflights: true })
      const settings = { batch: waiting }
      const old = await open({ settings })
      await take(old, 15)
      await Bun.sleep(200)
      await old.close()
      const page = await open({ settings: { ...settings, consent: false } })
      await Bun.sleep(400)
      proxy.does(undefined)
      const seen = proxy.passed.length
      expect(await kept(page)).toEqual([])
      await Bun.sleep(300)
      expect(proxy.passed.length).toBe(seen)
    })
  })

  it.concurrent('that is given after it was refused begins anew', async () => {
    await scene(stage, async ({ open }) => {
      const page = await open({ settings: { batch: quick } })
      const before = await take(page, 3)
      const first = await sessionOf(page)
      await page.evaluate('nonius.flush()')
      await stage.arrive(first, before)
      await page.evaluate('nonius.consent(false)')
      await take(page, 3)
      await page.evaluate('nonius.consent(true)')
      const taken = await take(page, 3)
      await page.evaluate('nonius.flush()')
      const second = await sessionOf(page)
      const events = await stage.stored(second)
      const mine = events.filter(({ payload }) => payload.n > 6)
      expect(mine.map(({ payload }) => payload)).toEqual(taken)
      expect(new Set(events.map(({ seq }) => seq)).size).toBe(events.length)
    })
  })

  it.concurrent('that is asked for in one page of many holds for a page that waits for it', async () => {
    await scene(stage, async ({ open }) => {
      // Two million characters of events while nobody has answered: the page's memory has a bound.
      const settings = { consent: 'pending', maxQueued: 50, batch: quick }
      const page = await open({ settings })
      const taken = await take(page, 80)
      await page.evaluate('nonius.consent(true)')
      await page.evaluate('nonius.flush()')
      await stage.arrive(await sessionOf(page), taken.slice(0, 50))
    })
  })
})
