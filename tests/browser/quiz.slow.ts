import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { sessionTypes } from '../../src/standards/native/session-door'
import { freePort } from '../../tools/free-port'
import { temporaryFolder } from '../support/folders'
import { startChromium } from '../support/pages/chromium'
import { nonius, type Program, start } from '../support/program'
import { readmeOf } from '../support/readme'
import { type ServerProcess, startServerProcess } from '../support/server-process'

// Chromium's first start on a busy machine of two cores.
const PATIENCE_MS = 60_000

const { commands, printed } = readmeOf('quiz')

/** What the named query says of a session, by its columns. */
type Session = Record<string, unknown>

describe('examples/quiz in a browser', () => {
  const folder = temporaryFolder()
  let server: ServerProcess
  let browser: Browser
  let port: number
  let pageKey: string
  const complaints: string[] = []

  beforeAll(async () => {
    server = await startServerProcess(folder.path)
    port = await freePort()
    browser = await startChromium()
    pageKey = await made(commands[0]!)
  }, PATIENCE_MS)

  afterAll(async () => {
    await browser?.close()
    await server?.kill()
    folder[Symbol.dispose]()
  })

  const env = () => ({ NONIUS_DATA_DIR: folder.path })
  const wordsOf = (command: string) => command.replace(/^npx nonius /, '').split(' ')

  /** Runs the command of the README that makes the key of the page, for the port of this test. */
  async function made(command: string): Promise<string> {
    const [, inside] = /^export PAGE_KEY=\$\((.*)\)$/.exec(command)!
    const words = wordsOf(inside!.replace('8080', String(port)))
    const { stdout } = await nonius(words, { env: env() })
    return stdout.trim()
  }

  async function startQuiz(more: Record<string, string> = {}): Promise<Program & AsyncDisposable> {
    const keys = { NONIUS_URL: server.url, NONIUS_KEY: server.key, PAGE_KEY: pageKey }
    const quiz = start(commands[1]!.split(' '), { env: { ...keys, PORT: String(port), ...more } })
    expect(await quiz.says(/\n/)).toBe(`${printed[0]!.replace('8080', String(port))}\n`)
    return { ...quiz, [Symbol.asyncDispose]: async () => void (await quiz.stop('SIGTERM')) }
  }

  async function open(user: string): Promise<{ page: Page; session: string }> {
    const page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()))
    await page.goto(`http://localhost:${port}/?user=${user}`)
    await page.getByText('1. Which').waitFor()
    return { page, session: page.url().split('/').at(-1)! }
  }

  /** Runs the last command of the README, as JSON that a program can read. */
  async function sessions(): Promise<Session[]> {
    const { stdout, stderr } = await nonius([...wordsOf(commands[2]!), '--format', 'ndjson'], {
      env: { ...env(), NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' },
    })
    expect(stderr).toBe('')
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Session)
  }

  it('tells all that is done, of all twelve types, and one named query has it', async () => {
    await using _quiz = await startQuiz()
    const { page, session } = await open('ada')
    const click = (name: string) => page.getByRole('button', { name, exact: true }).click()
    await page.getByText('A ribosome').click()
    await page.getByText('A mitochondrion').click()
    await click('Mark for review')
    await click('Next')
    await page.getByText('It expands').click()
    await click('4')
    await page.getByText('57').click()
    await click('Previous')
    // Another tab in front of this one, as far as the page can tell.
    for (const state of ['hidden', 'visible']) {
      await page.evaluate(`
        Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))`)
    }
    await click('Submit')
    await page.getByText('2 of 4 are right.').waitFor()
    await click('Show the answers')
    await page.getByText('You said: 57. Right: 59.').waitFor()
    await page.close()

    const [told] = await sessions()
    expect(told).toMatchObject({
      ...{ session_id: session, person_id: 'ada', outcome: 'submitted', score: 2, max_score: 4 },
      // Three tell of the server: that it began, that it was submitted, that it was reviewed.
      ...{ questions: 4, answered: 3, changes: 1, marks: 1, pauses: 2, events: 17, types: 11 },
      missing: 0,
    })
    expect(complaints).toEqual([])
  })

  it('ends when the time is up, with what was answered until then', async () => {
    await using _quiz = await startQuiz({ QUIZ_SECONDS: '3' })
    const { page, session } = await open('ben')
    await page.getByText('A mitochondrion').click()
    await page.getByText('Time is up: 1 of 4 are right.').waitFor()
    await page.close()
    const told = (await sessions()).find(({ session_id: id }) => id === session)
    expect(told).toMatchObject({ outcome: 'expired', score: 1, questions: 1, missing: 0 })
    expect(complaints).toEqual([])
    const headers = { authorization: 'Bearer nk_test_key_of_the_admin' }
    const reply = await fetch(`${server.url}/api/v1/stats`, { headers })
    const { by_type: counted } = (await reply.json()) as { by_type: { event_type: string }[] }
    expect(counted.map((one) => one.event_type).sort()).toEqual([...sessionTypes].sort())
  })

  it('can be played without the script of Nonius, which a blocker may keep away', async () => {
    await using _quiz = await startQuiz()
    const context = await browser.newContext()
    await context.route('**/client.js', (route) => route.abort())
    const page = await context.newPage()
    await page.goto(`http://localhost:${port}/`)
    await page.getByText('A mitochondrion').click()
    await page.getByRole('button', { name: 'Submit' }).click()
    await page.getByText('1 of 4 are right.').waitFor()
    await context.close()
  })
})
