import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { type HttpServer, serveHttp } from '../../src/platform/local/serve'
import { startTestApp, type TestApp } from '../support/app'
import { startDearApp } from '../support/dear-app'
import { startChromium } from '../support/pages/chromium'

// Run by `npm run test:product`, not by `npm test`: it needs Chromium, which npm does not bring.

interface Document {
  paths: Record<string, Record<string, { summary: string; tags: string[] }>>
}

// Chromium's first start on a busy machine of two cores.
const PATIENCE_MS = 60_000

describe('/docs in a browser without the internet', () => {
  let app: TestApp
  let server: HttpServer
  let browser: Browser
  let page: Page
  const strangers: string[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    app = await startTestApp()
    server = serveHttp({ host: '127.0.0.1', port: 0, fetch: app.app.fetch })
    browser = await startChromium()
    page = await browser.newPage()
    await page.route('**/*', (route) => {
      const { origin, protocol } = new URL(route.request().url())
      if (origin === server.url.origin || protocol === 'data:') return route.continue()
      strangers.push(route.request().url())
      return route.abort()
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(new URL('/docs', server.url).href, { waitUntil: 'networkidle' })
  }, PATIENCE_MS)

  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
    await app?.[Symbol.asyncDispose]()
  })

  it('shows what this is', async () => {
    await page.getByRole('heading', { name: 'Nonius', level: 1 }).waitFor()
  })

  it(
    'lists every operation of the document, and shows those of every tag',
    async () => {
      const response = await app.request('/openapi.json')
      const { paths } = (await response.json()) as Document
      const operations = Object.entries(paths).flatMap(([path, methods]) =>
        Object.values(methods).map(({ summary, tags }) => ({ path, summary, tag: tags[0]! })),
      )
      expect(operations.length).toBeGreaterThan(10)
      const links = await page.locator('a').allTextContents()
      for (const { summary } of operations) {
        expect(links.some((text) => text.includes(summary))).toBe(true)
      }
      // Scalar renders a section once somebody goes there, which takes a second or two: the last
      // operation of each tag has all others of it above.
      const last = new Map(operations.map((operation) => [operation.tag, operation]))
      for (const { path, summary } of last.values()) {
        const link = page.locator('a', { hasText: summary }).first()
        // Playwright's own click waits until nothing scrolls any more, most of a second each time.
        await link.evaluate((one) => (one as unknown as { click(): void }).click())
        await page.getByRole('heading', { name: summary }).first().waitFor()
        await page.getByText(path, { exact: true }).first().waitFor()
      }
    },
    2 * PATIENCE_MS,
  )

  it('asked nobody else for anything, and broke no rule of its own policy', async () => {
    await page.waitForLoadState('networkidle')
    expect(strangers).toEqual([])
    expect(complaints).toEqual([])
  })
})

describe('/docs in a browser where each byte costs', () => {
  it(
    'asks for a key once, and then shows every operation and calls with it',
    async () => {
      await using app = await startDearApp()
      await using server = serveHttp({ host: '127.0.0.1', port: 0, fetch: app.app.fetch })
      const browser = await startChromium()
      try {
        const page = await browser.newPage()
        const asked: string[] = []
        const complaints: string[] = []
        page.on('request', (request) => asked.push(request.url()))
        page.on('pageerror', (error) => complaints.push(error.message))
        page.on('console', (message) => {
          if (message.type() === 'error') complaints.push(message.text())
        })
        const { href } = new URL('/docs', server.url)
        await page.goto(href, { waitUntil: 'networkidle' })
        expect(asked).toEqual([href])

        await page.getByLabel('Key').fill('nk_wrong_and_long_enough_to_be_one')
        await page.getByRole('button', { name: 'Show' }).click()
        await page.getByText('not known').waitFor()
        // A browser notes each answer that is a refusal.
        expect(complaints.splice(0).join()).toContain('401')

        await page.getByLabel('Key').fill(app.keys.demo)
        await page.getByRole('button', { name: 'Show' }).click()
        const operation = page.locator('a', { hasText: 'Send events and entities' }).first()
        await operation.waitFor()
        // Another load of the tab asks for nothing.
        await page.reload()
        await operation.waitFor()
        const strangers = asked.filter(
          (url) => !/^(?:blob:)?http:\/\/127\.0\.0\.1|^data:/.test(url),
        )
        expect({ strangers, complaints }).toEqual({ strangers: [], complaints: [] })
      } finally {
        await browser.close()
      }
    },
    2 * PATIENCE_MS,
  )
})
