import { afterAll, beforeAll, expect, it } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { createLoEvent } from '../support/observer/lo-event'
import { DOCUMENT, writingSession } from '../support/observer/writing-session'
import { blocksIn } from '../support/readme'
import { type ServerProcess, startServerProcess } from '../support/server-process'

/* docs/reducers.md, "Write one in five minutes", as it stands there. */

const [code] = blocksIn('docs/reducers.md', 'ts')
const commands = blocksIn('docs/reducers.md', 'sh').join('\n')
const [answer] = blocksIn('docs/reducers.md', 'json')

let folder: ReturnType<typeof temporaryFolder>
let server: ServerProcess
beforeAll(async () => {
  folder = temporaryFolder()
  mkdirSync(reducers())
  const env = { NONIUS_REDUCERS: reducers(), NONIUS_ENVIRONMENT: 'development' }
  server = await startServerProcess(join(folder.path, 'data'), env)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})
const reducers = () => join(folder.path, 'reducers')

interface Shown {
  events: number
  of?: string
  state: object
}

/** Asks until a state has so many events. */
async function statesOf(path: string, events: number): Promise<Shown[]> {
  const headers = { authorization: 'Bearer nk_test_key_of_the_admin' }
  for (const end = performance.now() + 10_000; ; await Bun.sleep(50)) {
    const reply = await fetch(new URL(path, server.url), { headers })
    const { states } = reply.ok ? ((await reply.json()) as { states: Shown[] }) : { states: [] }
    if (states[0]?.events === events || performance.now() > end) return states
  }
}

it('docs/reducers.md has a reducer that is loaded, given what is sent, and read', async () => {
  expect(commands).toContain('NONIUS_REDUCERS=reducers NONIUS_ENVIRONMENT=development npx nonius')
  // It is saved while the server runs.
  writeFileSync(join(reducers(), 'right-in-a-row.ts'), code!)

  const [, path, body] = commands.match(/localhost:3000(\S+) .*-d '(\[[\s\S]*?\])'/)!
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const sent = await fetch(new URL(path!, server.url), { method: 'POST', headers, body: body! })
  expect(sent.status).toBe(200)

  const [, shown] = commands.match(/localhost:3000(\/api\/v1\/reducers\/\S+) /)!
  const { states } = JSON.parse(answer!) as { states: [Shown] }
  expect(await statesOf(shown!, states[0].events)).toMatchObject(states)
}, 30_000)

it('saves of Google Docs by two devices of a learner come to what was worked out by hand', async () => {
  const url = new URL('/wsapi/in/', server.url.replace('http', 'ws'))
  url.searchParams.set('key', server.key)
  const device = () => createLoEvent({ url, source: 'org.mitros.writing_analytics' })
  await using chromebook = device()
  await using tablet = device()
  for (const one of [chromebook, tablet]) {
    one.setFieldSet({ chrome_identity: { email: 'amy@example.edu', id: '104233' } })
    one.go()
  }
  // She goes from one to the other; each save stands before the next is made.
  for (const [at, { client }] of writingSession.entries()) {
    const one = at % 2 === 0 ? chromebook : tablet
    one.logEvent('google_docs_save', { ...client })
    // Fields are locked three times, before the first event or around it.
    await one.until(
      ({ status, through }) => status === 'stored' && Number(through) >= 4 + (at >> 1),
    )
  }
  const read = (name: string) =>
    statesOf(`/api/v1/reducers/${name}/gc-104233`, writingSession.length)
  const [[edits], [length], [document]] = await Promise.all([
    read('edits-and-typing-speed'),
    read('text-length'),
    read('current-document'),
  ])
  expect(edits).toMatchObject({
    of: DOCUMENT,
    state: {
      ...{ saves: 7, edits: 9, unread: 0, typed: { times: 6, length: 25 } },
      ...{ pasted: { times: 1, length: 60 }, deleted: { times: 2, length: 26 } },
    },
  })
  expect(length).toMatchObject({ of: DOCUMENT, state: { length: 63, longest: 80, isExact: true } })
  expect(document).toMatchObject({ state: { current: { id: DOCUMENT } } })
}, 30_000)
