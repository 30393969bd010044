import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { configureTelemetry, useTelemetry } from '@nonius/react'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { temporaryFolder } from '../support/folders'
import { repository } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking']

// Chromium's first start on a busy machine of two cores.
const PATIENCE_MS = 60_000

// A program of a page, as somebody would write it; what the test asks for is global.
const program = `
import { createTelemetryClient } from '@nonius/client/telemetry'
import { configureTelemetry, consentToTelemetry, useTelemetry } from '@nonius/react'
import { createElement, StrictMode, useEffect, useState } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'

const parameters = new URLSearchParams(location.search)
const consent = parameters.get('consent') ?? undefined
configureTelemetry({ url: parameters.get('url'), key: parameters.get('key'), batch: { events: 100 }, consent })

const seen = new Set()
let rendered = 0

function Player({ session, name }) {
  const { track, flush } = useTelemetry(session)
  const [clicks, setClicks] = useState(0)
  rendered += 1
  seen.add(track).add(flush)
  useEffect(() => {
    track('QUESTION_VIEWED', { name })
  }, [track, name])
  return <button onClick={() => { setClicks(clicks + 1); track('ANSWER_SELECTED', { name, clicks }, 'q-1') }}>{name} {clicks}</button>
}

function Server() {
  const { track } = useTelemetry('hydrated')
  return <p onClick={() => track('PAUSE_BLUR')}>from the server</p>
}

const root = () => createRoot(document.getElementById('root'))
const strict = (...children) => <StrictMode>{children}</StrictMode>
Object.assign(globalThis, { consentToTelemetry, createElement, createTelemetryClient, hydrateRoot, Player, root, seen, Server, strict, renders: () => rendered })
`

interface Stored {
  event_type: string
  session_id: string
  seq: number
  payload: { name?: string }
}

describe('useTelemetry in a page', () => {
  const folder = temporaryFolder()
  let server: ServerProcess
  let browser: Browser
  let pages: ReturnType<typeof Bun.serve>
  let html = '<div id="root"></div>'
  const complaints: string[] = []

  beforeAll(async () => {
    server = await startServerProcess(folder.path)
    const { outputFiles } = await build({
      stdin: { contents: program, resolveDir: repository, loader: 'tsx', sourcefile: 'page.tsx' },
      ...{ bundle: true, write: false, format: 'iife', jsx: 'automatic' },
      // React's own checks are in the development build alone.
      define: { 'process.env.NODE_ENV': '"development"' },
    })
    const script = outputFiles[0]!.text
    pages = Bun.serve({
      ...{ port: 0, hostname: '127.0.0.1' },
      fetch({ url }) {
        if (new URL(url).pathname === '/page.js') {
          return new Response(script, { headers: { 'content-type': 'text/javascript' } })
        }
        const body = `<!doctype html><body>${html}<script src="/page.js"></script></body>`
        return new Response(body, { headers: { 'content-type': 'text/html' } })
      },
    })
    browser = await chromium.launch({ executablePath, args })
  }, PATIENCE_MS)

  afterAll(async () => {
    await browser?.close()
    await pages?.stop(true)
    await server?.kill()
    folder[Symbol.dispose]()
  })

  /** Opens the page, with nothing of other tests in its storage. */
  async function open(consent?: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (said) => {
      // React says so to whoever develops; anything else is a fault.
      if (!said.text().includes('React DevTools')) complaints.push(said.text())
    })
    const query = new URLSearchParams({ url: server.url, key: server.key })
    if (consent) query.set('consent', consent)
    await page.goto(`${pages.url}?${query}`)
    return page
  }

  const posts = (page: Page) => {
    const all: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') all.push(request.url())
    })
    return all
  }

  async function stored(session: string, least: number): Promise<Stored[]> {
    const headers = { authorization: `Bearer ${server.key}` }
    for (let round = 0; ; round += 1) {
      const query = `sessionId=${session}&limit=100`
      const reply = await fetch(`${server.url}/analytics/events?${query}`, { headers })
      const { events } = (await reply.json()) as { events: Stored[] }
      if (events.length >= least) return events.sort((a, b) => a.seq - b.seq)
      // Ten seconds are less than the twelve after which whatever waits is sent.
      if (round > 100) throw new Error(`${events.length} of ${least} events of ${session} came`)
      await Bun.sleep(100)
    }
  }

  it('is one queue for two components of a session, also where React mounts twice', async () => {
    const page = await open()
    const requests = posts(page)
    await page.evaluate(`globalThis.shown = root(); shown.render(strict(
      createElement(Player, { session: 'shared', name: 'a', key: 1 }),
      createElement(Player, { session: 'shared', name: 'b', key: 2 }),
      createElement(Player, { session: 'other', name: 'c', key: 3 })))`)
    await page.getByText('a 0').click()
    await page.getByText('b 0').click()
    await page.getByText('a 1').waitFor()
    await page.evaluate('shown.unmount()')
    // An effect runs twice in React's strict mode; what it tells then was told twice.
    const shared = await stored('shared', 6)
    expect(shared.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect((await stored('other', 2)).map(({ seq }) => seq)).toEqual([1, 2])
    // Mounting twice sends twice, unmounting once; each component a request would be more.
    expect(requests.length).toBeLessThanOrEqual(6)
    await page.context().close()
  })

  it('gives the same functions in each rendering, and others for another session', async () => {
    const page = await open()
    const render = (session: string) =>
      page.evaluate(`(globalThis.shown ??= root()).render(
        createElement(Player, { session: '${session}', name: 'a' }))`)
    await render('first')
    for (const count of [0, 1, 2]) await page.getByText(`a ${count}`).click()
    await page.getByText('a 3').waitFor()
    expect(await page.evaluate('[seen.size, renders()]')).toEqual([2, 4])
    await render('second')
    await page.getByText('a 3').click()
    await page.getByText('a 4').waitFor()
    expect(await page.evaluate('seen.size')).toBe(4)
    await page.evaluate('shown.unmount()')
    const [first, second] = [await stored('first', 4), await stored('second', 2)]
    expect([first.length, second.length]).toEqual([4, 2])
    await page.context().close()
  })

  it('loses nothing of a component that goes, nor of one that goes with its page', async () => {
    const page = await open()
    await page.evaluate(`globalThis.shown = root(); shown.render(
      createElement(Player, { session: 'gone', name: 'a' }))`)
    for (const count of [0, 1]) await page.getByText(`a ${count}`).click()
    await page.evaluate('shown.unmount()')
    expect(await stored('gone', 3)).toHaveLength(3)
    await page.evaluate(`root().render(createElement(Player, { session: 'closed', name: 'b' }))`)
    await page.getByText('b 0').click()
    await page.getByText('b 1').waitFor()
    await page.close({ runBeforeUnload: true })
    expect(await stored('closed', 2)).toHaveLength(2)
    await page.context().close()
  })

  it('takes over what a server rendered, which told nothing', async () => {
    configureTelemetry({ url: server.url, key: server.key })
    function Server() {
      const { track } = useTelemetry('hydrated')
      return createElement('p', { onClick: () => track('PAUSE_BLUR') }, 'from the server')
    }
    html = `<div id="root">${renderToString(createElement(Server))}</div>`
    const page = await open()
    html = '<div id="root"></div>'
    const requests = posts(page)
    await page.evaluate(`globalThis.shown = hydrateRoot(
      document.getElementById('root'), createElement(Server))`)
    await page.waitForTimeout(100)
    expect(requests).toEqual([])
    await page.getByText('from the server').click()
    await page.evaluate('shown.unmount()')
    expect(await stored('hydrated', 1)).toHaveLength(1)
    await page.context().close()
  })

  it('stores and sends nothing before consent', async () => {
    const page = await open('pending')
    const requests = posts(page)
    await page.evaluate(`globalThis.shown = root(); shown.render(
      createElement(Player, { session: 'asked', name: 'a' }))`)
    await page.getByText('a 0').click()
    await page.evaluate('shown.unmount()')
    await page.waitForTimeout(300)
    const kept = '[localStorage.length, sessionStorage.length, document.cookie]'
    expect(await page.evaluate(kept)).toEqual([0, 0, ''])
    expect(await page.evaluate('indexedDB.databases().then((all) => all.length)')).toBe(0)
    expect(requests).toEqual([])
    await page.evaluate(`consentToTelemetry(true)
      createTelemetryClient('asked').flush()`)
    expect((await stored('asked', 2)).map(({ seq }) => seq)).toEqual([1, 2])
    await page.context().close()
  })

  it('is silent in the console, and throws nothing', () => {
    expect(complaints).toEqual([])
  })
})
