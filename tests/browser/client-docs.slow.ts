import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { freePort } from '../../tools/free-port'
import { temporaryFolder } from '../support/folders'
import { startChromium } from '../support/pages/chromium'
import { nonius, repository } from '../support/program'
import { read } from '../support/repository'
import { type ServerProcess, startServerProcess } from '../support/server-process'

/* docs/browser.md in a page: its key, its tag, its policy. tests/clients has the rest of it. */

// Chromium's first start on a busy machine of two cores.
const PATIENCE_MS = 60_000

const blocks = [...read('docs/browser.md').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
const blockOf = (language: string, word: string) =>
  blocks.find(([, name, code]) => name === language && code!.includes(word))![2]!

interface Stored {
  event_type: string
  source?: string
  seq: number
  question_id?: string
}

describe('docs/browser.md in a page', () => {
  const folder = temporaryFolder()
  let server: ServerProcess
  let browser: Browser
  let pages: ReturnType<typeof Bun.serve>
  let key: string
  let html = ''
  let script = ''
  const complaints: string[] = []

  beforeAll(async () => {
    server = await startServerProcess(folder.path)
    const port = await freePort()
    // The policy alone, with nothing beside it that would allow more.
    const policy = `default-src 'none'; ${filled(blockOf('text', 'connect-src')).trim()}`
    pages = Bun.serve({
      ...{ port, hostname: '127.0.0.1' },
      fetch({ url }) {
        const { pathname } = new URL(url)
        const isScript = pathname.endsWith('.js')
        const type = { 'content-type': isScript ? 'text/javascript' : 'text/html' }
        const body = isScript ? script : `<!doctype html><link rel="icon" href="data:," />${html}`
        return new Response(body, { headers: { ...type, 'content-security-policy': policy } })
      },
    })
    const command = blockOf('sh', 'keys create').trim().replace('npx nonius ', '')
    const words = command.replace('https://quiz.example.edu', pages.url.origin).split(' ')
    key = (await nonius(words, { env: { NONIUS_DATA_DIR: folder.path } })).stdout.trim()
    browser = await startChromium()
  }, PATIENCE_MS)

  afterAll(async () => {
    await browser?.close()
    await pages?.stop(true)
    await server?.kill()
    folder[Symbol.dispose]()
  })

  const filled = (code: string) =>
    code.replaceAll('https://HOST', server.url).replace(/(["'])KEY\1/g, `"${key}"`)

  async function open(path = '/'): Promise<Page> {
    const page = await (await browser.newContext()).newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (said) => {
      // The empty icon is no business of the policy.
      if (!/data:,/.test(said.text())) complaints.push(said.text())
    })
    await page.goto(new URL(path, pages.url).href)
    return page
  }

  async function stored(type: string): Promise<Stored[]> {
    const headers = { authorization: 'Bearer nk_test_key_of_the_admin' }
    const reply = await fetch(`${server.url}/analytics/events`, { headers })
    const { events } = (await reply.json()) as { events: Stored[] }
    return events.filter(({ event_type }) => event_type === type)
  }

  it('sends by the tag, under the policy, with the key of the page', async () => {
    const [tag, inline] = filled(blockOf('html', 'client.js')).split('\n<script type="module">\n')
    // The policy allows no script that stands in the page itself.
    script = inline!.replace('</script>', '')
    html = `${tag}<script type="module" src="/own.js"></script>`
    const page = await open()
    await page.evaluate('nonius.flush()')
    expect(await stored('QUESTION_VIEWED')).toMatchObject([
      { source: 'quiz', seq: 1, question_id: 'q-1' },
    ])
    expect(await page.evaluate('Object.keys(nonius).sort()')).toEqual([
      ...['close', 'consent', 'createClient', 'flush', 'sessionId', 'settings', 'track'],
    ])
    await page.context().close()
    expect(complaints).toEqual([])
  })

  it('is as it says about what the tag can say', () => {
    const section = read('docs/browser.md').split('## A script tag')[1]!.split('\n## ')[0]!
    const documented = [...section.matchAll(/^\| `data-(\w+)` \|/gm)].map(([, name]) => name!)
    const { 1: taken } = /const \{ ([\w, ]+) \} = tag\.dataset/.exec(
      read('packages/client/src/script.ts'),
    )!
    expect(documented.sort()).toEqual(taken!.split(', ').sort())
  })

  it('asks for consent as the example does', async () => {
    const example = filled(blockOf('js', "consent: 'pending'"))
    const whole = await build({
      stdin: {
        contents: `import { createClient } from '@nonius/client'\n${example}\nglobalThis.asked = nonius`,
        ...{ resolveDir: repository, loader: 'ts' },
      },
      ...{ bundle: true, write: false, format: 'esm' },
    })
    script = whole.outputFiles[0]!.text
    html = `<button id="agree">Yes</button><button id="refuse">No</button><script type="module" src="/consent.js"></script>`
    for (const [button, count] of [
      ['No', 0],
      ['Yes', 1],
    ] as const) {
      const page = await open()
      await page.evaluate('asked.flush()')
      expect(await stored('page_view')).toHaveLength(0)
      await page.getByRole('button', { name: button }).click()
      await page.evaluate('asked.flush()')
      expect(await stored('page_view')).toHaveLength(count)
      await page.context().close()
    }
    expect(complaints).toEqual([])
  })
})
