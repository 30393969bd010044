import type { BrowserContext, Frame, Page } from 'playwright-core'
import { type BadProxy, startProxy } from './proxy'
import type { Taken } from './rig'
import type { PageOptions, Stage } from './stage'

/** What one test has for itself. */
export interface Scene {
  proxy: BadProxy
  /** Shared with other tests, unless this one is apart; not so the origin of its pages, and their storage. */
  context: BrowserContext
  /** What the consoles of its pages said, as `warning [nonius] …`. */
  said: string[]
  /** Opens a page that sends through the proxy, and is closed at the end. */
  open(options?: PageOptions): Promise<Page>
}

interface Apart {
  /** Whether it changes what all pages of a context share: network, time. */
  apart?: boolean
}

/** Runs a test behind a proxy of its own: what its clients keep is kept for that alone. */
export async function scene(
  stage: Stage,
  run: (at: Scene) => Promise<void>,
  { apart = false }: Apart = {},
): Promise<void> {
  await using proxy = await startProxy(() => stage.direct)
  const context = apart ? await stage.context() : await stage.shared()
  const said: string[] = []
  const pages: Page[] = []
  const host = `${crypto.randomUUID()}.localhost`
  async function open(options: PageOptions = {}) {
    const settings = { url: proxy.url, ...options.settings }
    const all = { host, ...options, settings }
    const page = await stage.open(context, all, (message) => said.push(message))
    pages.push(page)
    return page
  }
  try {
    await run({ proxy, context, said, open })
  } finally {
    await (apart ? context.close() : Promise.all(pages.map((page) => page.close())))
  }
}

/** Has the page track so many events. @param more JavaScript of what else their payloads hold */
export function take(page: Page | Frame, count: number, more = '{}'): Promise<Taken[]> {
  return page.evaluate(`rig.take(${count}, ${more})`) as Promise<Taken[]>
}

export function sessionOf(page: Page | Frame): Promise<string> {
  return page.evaluate('nonius.sessionId') as Promise<string>
}

/** Names everything that the page's origin keeps in the browser. */
export function kept(page: Page | Frame): Promise<string[]> {
  return page.evaluate('rig.kept()') as Promise<string[]>
}

/** Kills the process of the page, as one that has no memory left. */
export async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  // It has no answer: who would give one is gone.
  void session.send('Page.crash').catch(() => undefined)
  await crashed
  await page.close()
}

/** Does what a browser does when another tab comes to the front. */
export async function hide(page: Page | Frame): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
}

/** Settings under which nothing is sent by itself: more events than any test has, or ten minutes. */
export const waiting = { events: 1000, seconds: 600 }

/** Settings under which what waits is sent at once. */
export const quick = { events: 10, seconds: 0.2 }
