import { expect, it } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { blocksIn } from '../support/readme'
import { startServerProcess } from '../support/server-process'

/* docs/reducers.md, "Write one in five minutes", as it stands there. */

const [code] = blocksIn('docs/reducers.md', 'ts')
const commands = blocksIn('docs/reducers.md', 'sh').join('\n')
const [answer] = blocksIn('docs/reducers.md', 'json')

it('docs/reducers.md has a reducer that is loaded, given what is sent, and read', async () => {
  using folder = temporaryFolder()
  const reducers = join(folder.path, 'reducers')
  mkdirSync(reducers)
  expect(commands).toContain('NONIUS_REDUCERS=reducers NONIUS_ENVIRONMENT=development npx nonius')
  const env = { NONIUS_REDUCERS: reducers, NONIUS_ENVIRONMENT: 'development' }
  await using server = await startServerProcess(join(folder.path, 'data'), env)
  // It is saved while the server runs.
  writeFileSync(join(reducers, 'right-in-a-row.ts'), code!)

  const [, path, body] = commands.match(/localhost:3000(\S+) .*-d '(\[[\s\S]*?\])'/)!
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const sent = await fetch(new URL(path!, server.url), { method: 'POST', headers, body: body! })
  expect(sent.status).toBe(200)

  const [, shown] = commands.match(/localhost:3000(\/api\/v1\/reducers\/\S+) /)!
  const read = async (): Promise<{ states?: { events: number }[] }> => {
    const reader = { authorization: 'Bearer nk_test_key_of_the_admin' }
    const reply = await fetch(new URL(shown!, server.url), { headers: reader })
    return reply.ok ? ((await reply.json()) as { states: { events: number }[] }) : {}
  }
  const {
    states: [expected],
  } = JSON.parse(answer!) as { states: [{ events: number }] }
  const end = performance.now() + 10_000
  let last = await read()
  while (performance.now() < end && last.states?.[0]?.events !== expected.events) {
    await Bun.sleep(50)
    last = await read()
  }
  expect(last).toMatchObject({ states: [expected] })
}, 30_000)
