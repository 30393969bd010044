import { afterAll, beforeAll, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anEnvelope } from '../support/envelopes'
import { aGradeEvent, aViewEvent } from '../support/events'
import { nonius, repository, run } from '../support/program'
import { startServerProcess } from '../support/server-process'

// What docs/analysts.md and docs/lake.md show of Python is run as it stands there, over a lake that a
// server wrote, landed and settled.
// The packages come from PyPI, into `.venv/`, where the next run finds them.

const INSTALL_MS = 600_000
const RUN_MS = 120_000

const page = readFileSync(join(repository, 'docs/analysts.md'), 'utf8')
const lakePage = readFileSync(join(repository, 'docs/lake.md'), 'utf8')
const install = /^pip install .*$/m.exec(page)![0]
const venv = join(repository, '.venv/analysts')
let folder: string

/** The block of Python below a heading of the page. */
function blockOf(heading: string): string {
  const section = page.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!
  return /^```python\n([\s\S]*?)^```$/m.exec(section)![1]!
}

/** The block of Python below a heading of docs/lake.md. */
function lakeBlockOf(heading: string): string {
  const section = lakePage.split(`\n### ${heading}\n`)[1]!.split('\n## ')[0]!
  return /^```python\n([\s\S]*?)^```$/m.exec(section)![1]!
}

const events = () => join(folder, 'data/lake/events')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonius-analysts-'))
  const made = await run(['python3', '-m', 'venv', venv])
  expect(made).toMatchObject({ exitCode: 0 })
  const { exitCode, stderr } = await run(['bash', '-c', `PATH="${venv}/bin:$PATH"; ${install}`])
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })

  await using server = await startServerProcess(join(folder, 'data'))
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const post = (path: string, body: unknown) =>
    fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  // This is the 2nd of November in Berlin and still the 1st in UTC.
  const eventTime = '2026-11-01T23:30:00.000Z'
  const sent = [aGradeEvent(), aViewEvent(), aViewEvent()].map((one) => ({ ...one, eventTime }))
  await post('/caliper/v1p2/events', anEnvelope(sent))
  await post('/api/v1/events', { event_type: 'lesson_completed', timestamp: eventTime })
  await server.stop() // which writes what is not in the lake yet
}, INSTALL_MS)

afterAll(() => rm(folder, { recursive: true, force: true }))

const printed: [heading: string, pattern: RegExp][] = [
  ['DuckDB', /2026-11-01 +│ +4 │ +3 │/],
  ['pandas', /2026-11-02 +3\n[\s\S]*count +1\.0/],
  ['polars', /2026-11-02 +┆ 4 +┆ 3 /],
  ['One file for programs that want a database', /caliper +│ +3 │[\s\S]*native +│ +1 │/],
]
const ofLake: typeof printed = [
  ['DuckDB', /│ +4 │ +3 │/],
  ['pandas', / 4 +3\n/],
  ['polars', /┆ 4 +┆ 3 /],
]

async function prints(block: string, pattern: RegExp) {
  await Bun.write(join(folder, 'block.py'), block)
  // A computer of an analyst is anywhere.
  const env = { TZ: 'America/New_York' }
  const { stdout, stderr } = await run([join(venv, 'bin/python'), 'block.py'], { cwd: folder, env })
  expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(pattern) })
}

function itPrints(when: string) {
  for (const [heading, pattern] of printed) {
    it(`prints what is ${when}: ${heading}`, () => prints(blockOf(heading), pattern), RUN_MS)
  }
  for (const [heading, pattern] of ofLake) {
    it(`finds days ${when}: ${heading}`, () => prints(lakeBlockOf(heading), pattern), RUN_MS)
  }
}

itPrints('landed')

it(
  'settles what is landed',
  async () => {
    for (const name of new Bun.Glob('*/day=*').scanSync({ cwd: events(), onlyFiles: false })) {
      // A day that is over.
      await rename(join(events(), name), join(events(), name.replace(/day=.*/, 'day=2026-11-20')))
    }
    const { stdout } = await nonius(['lake', 'settle', '--data-dir', join(folder, 'data')])
    expect(stdout).toMatch(/^2026-11-20 standard: \d+ events; \d+ files → 1$/m)
    const files = [...new Bun.Glob('**/*.parquet').scanSync(events())]
    expect(files.filter((name) => !name.includes('/hour=24/'))).toEqual([])
  },
  RUN_MS,
)

itPrints('settled')
