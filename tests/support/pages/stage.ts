import { expect } from 'bun:test'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { Config } from '../../../src/config/config'
import { type HttpServer, serveHttp } from '../../../src/platform/local/serve'
import { startTestApp, type TestApp } from '../app'
import { repository } from '../program'
import { startChromium } from './chromium'
import { type BadProxy, startProxy } from './proxy'
import { rig, type Taken } from './rig'

export interface Stored {
  event_id: string
  event_type: string
  seq: number
  session_id: string
  source?: string
  timestamp: string
  payload: Taken
  context?: Record<string, unknown>
}

/** Attributes of the script's tag, or options of `createClient`, beside its address and its key. */
export type Settings = Record<string, unknown>

export interface PageOptions {
  /** The tag of `/client.js`, or the bundle as a module. */
  as?: 'script' | 'module'
  settings?: Settings
  key?: string
  /** Headers of the page. */
  headers?: Record<string, string>
  /** Of the head, before the client. */
  head?: string
  body?: string
  /** Of inline scripts. */
  nonce?: string
  /** The page's own address, where that is not 127.0.0.1. */
  host?: string
  /** Its time is the test's: `page.clock`. */
  clocked?: boolean
}

/** A server, a proxy in front of it, pages on another port, and a browser. */
export interface Stage extends AsyncDisposable {
  app: TestApp
  proxy: BadProxy
  /** The server's own address, without a proxy in front of it. */
  direct: string
  /** Address of the package as a module. */
  bundle: string
  browser: Browser
  /** What listeners of pages for errors, refused promises and violations of policies heard. */
  complaints: string[]
  context(options?: BrowserContextOptions): Promise<BrowserContext>
  /** Makes listeners of `complaints` and `said` in a context that was made elsewhere. */
  listen(context: BrowserContext): Promise<void>
  /** Serves a page. @returns its address */
  serve(options?: PageOptions): string
  /** Serves a page and opens it. @param hear is given what its console says, as `warning [nonius] …` */
  open(
    context: BrowserContext,
    options?: PageOptions,
    hear?: (message: string) => void,
  ): Promise<Page>
  /** A context for all tests that leave each other's storage alone: one costs as much as a page. */
  shared(): Promise<BrowserContext>
  stored(sessionId: string): Promise<Stored[]>
  /** Counts the events that came again with the same id and other content. */
  conflicts(): Promise<number>
  /**
   * Waits until each of these events is stored, and expects nothing else: each once, as it was taken, with
   * `seq` from 1 without a gap, in the order in which its tab took it.
   */
  arrive(sessionId: string, taken: Taken[], patienceMs?: number): Promise<Stored[]>
}

/** @param given a browser that another stage has started, and will close */
export async function startStage(config: Partial<Config> = {}, given?: Browser): Promise<Stage> {
  const app = await startTestApp({ config })
  const server: HttpServer = serveHttp({ host: '127.0.0.1', port: 0, fetch: app.app.fetch })
  const proxy = await startProxy(() => server.url.origin)
  const bundle = await bundled('packages/client/src/index.ts')
  const served = new Map<string, PageOptions>()
  const pages = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch({ url }) {
      const { pathname } = new URL(url)
      if (pathname === '/client.mjs') return answer(bundle, 'text/javascript')
      if (pathname === '/worker.js') return answer(worker, 'text/javascript')
      const page = served.get(pathname)
      if (page === undefined) return answer('<!doctype html><title>Elsewhere</title>', 'text/html')
      return answer(html(page), 'text/html', page.headers)
    },
  })
  const browser = given ?? (await startChromium())
  let common: Promise<BrowserContext> | undefined
  const complaints: string[] = []

  function html({ as = 'module', settings = {}, key = app.keys.demo, ...its }: PageOptions) {
    const { head = '', body = '', nonce = '' } = its
    const options = JSON.stringify({ url: proxy.url, key, source: 'quiz', ...settings })
    const { url = proxy.url, ...named } = settings
    const names = Object.entries({ key, source: 'quiz', ...named })
    const data = names.map(([name, value]) => `data-${name}="${value}"`).join(' ')
    const client =
      as === 'script'
        ? `<script src="${url}/client.js" ${data}></script>`
        : `<script type="module" nonce="${nonce}">import { createClient } from '/client.mjs'; globalThis.nonius = createClient(${options})</script>`
    return `<!doctype html><meta charset="utf-8"><title>A quiz</title>${head}${client}<body>${body}</body>`
  }

  async function listen(context: BrowserContext) {
    await context.exposeBinding('complain', (_, text: string) => complaints.push(text))
    await context.addInitScript({ content: rig })
    context.on('weberror', (error) => complaints.push(`uncaught ${error.error().message}`))
  }

  async function context(options: BrowserContextOptions = {}) {
    const made = await browser.newContext(options)
    await listen(made)
    return made
  }

  function serve(options: PageOptions = {}): string {
    const path = `/${crypto.randomUUID()}`
    served.set(path, options)
    return `http://${options.host ?? '127.0.0.1'}:${pages.port}${path}`
  }

  async function stored(sessionId: string): Promise<Stored[]> {
    const all: Stored[] = []
    let cursor: string | undefined
    do {
      const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const query = `sessionId=${encodeURIComponent(sessionId)}&limit=1000${more}`
      const reply = await app.request(`/analytics/events?${query}`, {
        headers: app.as(app.keys.admin),
      })
      const page = (await reply.json()) as { events: Stored[]; nextCursor?: string }
      all.push(...page.events)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return all.sort((a, b) => a.seq - b.seq)
  }

  return {
    app,
    proxy,
    direct: server.url.origin,
    bundle: `${pages.url.origin}/client.mjs`,
    browser,
    complaints,
    listen,
    serve,
    stored,
    async conflicts() {
      const reply = await app.request('/quarantine?code=conflict', {
        headers: app.as(app.keys.admin),
      })
      return ((await reply.json()) as { items: unknown[] }).items.length
    },
    context,
    shared: () => (common ??= context()),
    async open(context, options = {}, hear) {
      const page = await context.newPage()
      if (hear) page.on('console', (message) => hear(`${message.type()} ${message.text()}`))
      if (options.clocked) await page.clock.install()
      await page.goto(serve(options))
      await page.waitForFunction('globalThis.nonius')
      return page
    },
    async arrive(sessionId, taken, patienceMs = 15_000) {
      const end = performance.now() + patienceMs
      let events = await stored(sessionId)
      while (events.length < taken.length && performance.now() < end) {
        await Bun.sleep(25)
        events = await stored(sessionId)
      }
      expect(events.map(({ seq }) => seq)).toEqual(taken.map((_, index) => index + 1))
      for (const tab of new Set(taken.map((one) => one.tab))) {
        const ofTab = (one: Taken) => one.tab === tab
        expect(events.map(({ payload }) => payload).filter(ofTab)).toEqual(taken.filter(ofTab))
      }
      expect(new Set(events.map((one) => one.event_id)).size).toBe(taken.length)
      return events
    },
    async [Symbol.asyncDispose]() {
      if (given === undefined) await browser.close()
      await pages.stop(true)
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

/** Keeps pages for when there is no network, and leaves alone what goes elsewhere. */
const worker = `
  addEventListener('install', () => skipWaiting())
  addEventListener('activate', (event) => event.waitUntil(clients.claim()))
  const fresh = async (request) => {
    const reply = await fetch(request)
    await (await caches.open('pages')).put(request, reply.clone())
    return reply
  }
  addEventListener('fetch', (event) => {
    if (!event.request.url.startsWith(location.origin)) return
    event.respondWith(fresh(event.request).catch(() => caches.match(event.request)))
  })`

function answer(text: string, type: string, headers: Record<string, string> = {}): Response {
  return new Response(text, { headers: { 'Content-Type': `${type}; charset=utf-8`, ...headers } })
}

/** Bundles a file for a page, as an application's bundler does. */
export async function bundled(path: string): Promise<string> {
  const entrypoints = [join(repository, path)]
  const { outputs } = await Bun.build({ entrypoints, target: 'browser', format: 'esm' })
  return outputs[0]!.text()
}
