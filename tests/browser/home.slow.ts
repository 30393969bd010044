import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { type HttpServer, serveHttp } from '../../src/platform/local/serve'
import { startTestApp, type TestApp } from '../support/app'
import { anEnvelope, anEvent } from '../support/envelopes'
import { startChromium } from '../support/pages/chromium'

// Chromium's first start on a busy machine of two cores.
const PATIENCE_MS = 60_000

// As a proxy that serves it beside other things.
const BASE = '/nonius'

describe('the page at / in a browser, under a path of a proxy', () => {
  let app: TestApp
  let server: HttpServer
  let browser: Browser
  let page: Page
  let address: string
  const strangers: string[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    app = await startTestApp()
    server = serveHttp({
      host: '127.0.0.1',
      port: 0,
      fetch(request, bindings) {
        const url = new URL(request.url)
        if (!url.pathname.startsWith(`${BASE}/`)) return new Response('elsewhere', { status: 418 })
        url.pathname = url.pathname.slice(BASE.length)
        return app.app.fetch(new Request(url.href, request), bindings)
      },
    })
    address = new URL(`${BASE}/`, server.url).href
    browser = await startChromium()
    page = await browser.newPage()
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(address) && !url.startsWith('data:')) strangers.push(url)
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(address)
  }, PATIENCE_MS)

  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
    await app?.[Symbol.asyncDispose]()
  })

  const ask = async (key: string) => {
    await page.getByLabel('Key with the scope admin').fill(key)
    await page.getByRole('button', { name: 'Show' }).click()
  }

  it('says that it runs, and leads on', async () => {
    await page.getByRole('heading', { name: 'Nonius is running', level: 1 }).waitFor()
    const docs = page.getByRole('link', { name: 'Documentation of the API' })
    expect(await docs.evaluate((link) => (link as unknown as { href: string }).href)).toBe(
      `${address}docs`,
    )
  })

  it('shows what came in the last hour to who has the key', async () => {
    const headers = { ...app.as(), 'Content-Type': 'application/json' }
    const body = JSON.stringify(anEnvelope([anEvent(), anEvent(), { type: 'x' }]))
    await app.request('/caliper/v1p2/events', { method: 'POST', headers, body })
    await app.request('/caliper/v1p2/events', { method: 'POST', headers, body: '{' })
    await ask(app.keys.admin)
    const row = page.getByRole('row', { name: /^demo/ })
    await row.waitFor()
    const cells = await row.getByRole('cell').allInnerTexts()
    expect(cells.slice(1, 4)).toEqual(['2', '0', '2'])
    expect(cells[4]).toMatch(/^1\s+1 invalid_json$/)
  })

  it('has the key after a reload, and not after it was told to forget it', async () => {
    await page.reload()
    await page.getByRole('row', { name: /^demo/ }).waitFor()
    await page.getByRole('button', { name: 'Forget the key' }).click()
    await page.getByRole('table').waitFor({ state: 'hidden' })
    await page.reload()
    expect(await page.getByRole('table').isVisible()).toBe(false)
    expect(await page.evaluate('sessionStorage.length + localStorage.length')).toBe(0)
  })

  it('says in words what is wrong with a key', async () => {
    await ask('nk_wrong')
    await page.getByRole('status').getByText('This key is not known here').waitFor()
    await ask(app.keys.demo)
    await page.getByRole('status').getByText('does not have the scope admin').waitFor()
    // The browser itself reports the two answers; nothing else went wrong.
    const others = complaints.filter((text) => !/status of 40[13]/.test(text))
    expect(others).toEqual([])
  })

  it('asked nobody else for anything', () => {
    expect(strangers).toEqual([])
  })

  if (process.env.SCREENSHOTS) {
    for (const scheme of ['light', 'dark'] as const) {
      it(`looks as it should in ${scheme}`, async () => {
        await page.emulateMedia({ colorScheme: scheme })
        await ask(app.keys.admin)
        await page.getByRole('row', { name: /^demo/ }).waitFor()
        for (const width of [1100, 390]) {
          await page.setViewportSize({ width, height: 900 })
          const path = `${process.env.SCREENSHOTS}/${scheme}-${width}.png`
          await page.screenshot({ path, fullPage: true })
        }
      })
    }
  }
})
