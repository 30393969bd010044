import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { temporaryFolder } from '../support/folders'
import { startChromium } from '../support/pages/chromium'
import { repository } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

// Chromium's first start on a busy machine of two cores.
const PATIENCE_MS = 60_000

describe('the page of examples/live in a browser', () => {
  const folder = temporaryFolder()
  let server: ServerProcess
  let browser: Browser
  const complaints: string[] = []

  beforeAll(async () => {
    server = await startServerProcess(folder.path)
    browser = await startChromium()
  }, PATIENCE_MS)

  afterAll(async () => {
    await browser?.close()
    await server?.kill()
    folder[Symbol.dispose]()
  })

  async function open(key: string): Promise<Page> {
    const page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('dialog', (dialog) => void dialog.accept(key))
    const file = pathToFileURL(join(repository, 'examples/live/index.html'))
    await page.goto(`${file}?server=${server.url}`)
    return page
  }

  async function send(...numbers: number[]) {
    const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
    const events = numbers.map((n) => ({ event_type: `n${n}`, payload: {} }))
    const init = { method: 'POST', headers, body: JSON.stringify(events) }
    expect((await fetch(`${server.url}/api/v1/events`, init)).status).toBe(200)
  }

  const shown = async (page: Page) => {
    const lines = await page.getByRole('listitem').allInnerTexts()
    return lines.map((line) => Number(/ n(\d+)/.exec(line)![1])).reverse()
  }

  it('shows events as they come, and all of them once when the server was away', async () => {
    const page = await open(server.key)
    await page.getByText('following', { exact: true }).waitFor()
    await send(1, 2)
    await page.getByRole('listitem').nth(1).waitFor()
    const port = { NONIUS_PORT: new URL(server.url).port }
    for (const round of [3, 6]) {
      await (round === 3 ? server.kill() : server.stop())
      await page.getByText('connecting again').waitFor()
      server = await startServerProcess(folder.path, port)
      // These are stored before the page has come again.
      await send(round, round + 1)
      await page.getByText('following', { exact: true }).waitFor()
      await send(round + 2)
      await page
        .getByRole('listitem')
        .nth(round + 1)
        .waitFor()
    }
    expect(await shown(page)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    await page.close()
  })

  it('says that a key is refused', async () => {
    const page = await open('nk_wrong')
    await page.getByText('refused').waitFor()
    await page.close()
    expect(complaints).toEqual([])
  })
})
