import type { BrowserContext, Frame, Page } from 'playwright-core'
import { type BadProxy, startProxy } from './proxy'
import type { Taken } from './rig'
import type { Stage } from './stage'

/** What one test has for itself: a proxy, and a context of the browser with its own storage. */
export interface Scene {
  proxy: BadProxy
  context: BrowserContext
  /** What the consoles of its pages said, as `warning [nonius] …`. */
  said: string[]
}

export async function scene(stage: Stage, run: (at: Scene) => Promise<void>): Promise<void> {
  await using proxy = await startProxy(() => stage.direct)
  const context = await stage.context()
  const said: string[] = []
  context.on('console', (message) => said.push(`${message.type()} ${message.text()}`))
  try {
    await run({ proxy, context, said })
  } finally {
    await context.close()
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

/** Settings under which nothing is sent by itself: more events than any test has, or ten minutes. */
export const waiting = { events: 1000, seconds: 600 }

/** Settings under which what waits is sent at once. */
export const quick = { events: 10, seconds: 0.2 }
