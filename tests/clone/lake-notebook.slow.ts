import { afterAll, beforeAll, expect, it } from 'bun:test'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anEnvelope } from '../support/envelopes'
import { aGradeEvent, aViewEvent } from '../support/events'
import { repository, run } from '../support/program'
import { readmeOf } from '../support/readme'
import { startServerProcess } from '../support/server-process'

// The packages of the notebook come from PyPI, into `.venv/`, where the next run finds them.
const INSTALL_MS = 600_000 // 190 MB; half a minute on a machine that does nothing else
const RUN_MS = 120_000

const { commands } = readmeOf('lake-notebook')
const [install, execute] = commands
const venv = join(repository, '.venv/lake-notebook')
let folder: string

/** A command of the README, in a folder that has the examples, with the packages of the environment. */
const inShell = (command: string) =>
  run(['bash', '-c', `PATH="${venv}/bin:$PATH"; ${command}`], { cwd: folder })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonius-notebook-'))
  await cp(join(repository, 'examples'), join(folder, 'examples'), { recursive: true })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

it(
  'installs by the first command of the README',
  async () => {
    const made = await run(['python3', '-m', 'venv', venv])
    expect(made).toMatchObject({ exitCode: 0 })
    const { exitCode, stderr } = await inShell(install!)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  },
  INSTALL_MS,
)

it(
  'runs every cell by the second, over a lake that a server wrote',
  async () => {
    await using server = await startServerProcess(join(folder, 'data'))
    const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
    const post = (path: string, body: unknown) =>
      fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    await post('/caliper/v1p2/events', anEnvelope([aGradeEvent(), aViewEvent(), aViewEvent()]))
    await post('/api/v1/events', { event_type: 'lesson_completed', properties: { lesson: 7 } })
    await server.stop() // which writes what is not in the lake yet

    const { exitCode, stderr } = await inShell(execute!)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    const outputs = await outputsOf(join(folder, 'examples/lake-notebook/executed.ipynb'))
    expect(outputs).toHaveLength(5)
    const [, types, people, scores, raw] = outputs
    expect(types).toMatch(/ViewEvent .*│ +2 │/)
    expect(types).toMatch(/GradeEvent .*│ +1 │/)
    expect(people).toMatch(/\d{4}-\d\d-\d\d/)
    expect(scores).toMatch(/│ +1 │ +\d+\.\d │/)
    expect(raw).toMatch(/│ 7 +│ +1 │/)
  },
  RUN_MS,
)

/** What each cell of code displayed, as text. */
async function outputsOf(file: string): Promise<string[]> {
  interface Cell {
    cell_type: string
    outputs?: { data?: { 'text/plain'?: string | string[] } }[]
  }
  const { cells } = (await Bun.file(file).json()) as { cells: Cell[] }
  return cells
    .filter((cell) => cell.cell_type === 'code')
    .map(({ outputs = [] }) => outputs.flatMap(({ data }) => data?.['text/plain'] ?? []).join(''))
}
