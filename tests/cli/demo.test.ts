import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { namedQueries } from '../../src/query/sql'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

// Each starts a program or two, and sends.
setDefaultTimeout(60_000)

const folder = temporaryFolder()
const dataDir = join(folder.path, 'data')
const size = ['--learners', '30', '--days', '21']
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(dataDir, { NONIUS_ARCHIVE_FLUSH_SECONDS: '1' })
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

const demo = (...args: string[]) => nonius(['demo', ...size, '--url', server.url, ...args])
const here = ['--data-dir', dataDir]

/** Reads the table that the command prints: the columns of numbers, by source. */
function countsIn(stdout: string): Record<string, number[]> {
  const lines = stdout.split('\n').filter((line) => line.startsWith('demo-'))
  return Object.fromEntries(
    lines.map((line) => [line.split(' ')[0]!, line.match(/(?<= )\d+(?= |$)/g)!.map(Number)]),
  )
}

describe('nonius demo, beside a running server', () => {
  it('says what it would send, and sends nothing', async () => {
    const { stdout, stderr, exitCode } = await demo('--dry-run', ...here)
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(
      /^A school of 30 learners, \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d: [\d,]+ events in [\d,]+ requests\.\n$/,
    )
    expect(Object.keys(countsIn(stdout))).toHaveLength(7)
    const keys = await nonius(['keys', 'list', ...here])
    expect(keys.stdout).not.toContain('nonius demo')
  })

  it('sends all systems’ days, fills every named query, and quarantines what is broken', async () => {
    const { stdout, stderr, exitCode } = await demo(...here)
    expect(stderr).toContain('npx nonius query --fresh --named course-funnel')
    expect(exitCode).toBe(0)
    const counts = countsIn(stdout)
    for (const [source, numbers] of Object.entries(counts)) {
      const [sent, accepted, held, quarantined] = numbers.slice(-4)
      expect(sent).toBe(accepted! + held! + quarantined!)
      expect(held).toBe(0)
      expect(quarantined! > 0).toBe(source === 'demo-lab-sensor')
    }

    await server.stop() // what is stored is in the lake then
    for (const { id } of namedQueries) {
      const { stdout } = await nonius(['query', '--named', id, '--format', 'ndjson', ...here])
      expect({ id, hasRows: stdout.trim() !== '' }).toEqual({ id, hasRows: true })
    }
    const byText = await nonius([
      'query',
      '--named',
      'conformance-by-source',
      '-f',
      'json',
      ...here,
    ])
    const rows = JSON.parse(byText.stdout) as { source_id: string; percent: number }[]
    const percents = Object.fromEntries(rows.map((row) => [row.source_id, row.percent]))
    expect(percents).toMatchObject({ 'demo-quiz-tool': 100, 'demo-h5p': 100, 'demo-lab-sensor': 0 })
    expect(percents['demo-canvas']).toBeLessThan(100)
    server = await startServerProcess(dataDir)
  }, 120_000)

  it('sends the same again, which is recognised, and leaves no key behind', async () => {
    const { stdout, exitCode } = await demo(...here)
    expect(exitCode).toBe(0)
    for (const [source, numbers] of Object.entries(countsIn(stdout))) {
      const [, accepted] = numbers.slice(-4)
      // A record store does not say which statements it had.
      if (source !== 'demo-h5p') expect({ source, accepted }).toEqual({ source, accepted: 0 })
    }
    const { stdout: listed } = await nonius(['keys', 'list', '--json', ...here])
    const keys = (JSON.parse(listed) as { name: string; revokedAt?: string }[]).filter(
      ({ name }) => name === 'nonius demo',
    )
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.filter(({ revokedAt }) => revokedAt === undefined)).toEqual([])
  })

  it('sends with one key, as its source', async () => {
    const { stdout, exitCode } = await demo('--key', server.key, '--learners', '2', '--days', '2')
    expect(exitCode).toBe(0)
    expect(Object.keys(countsIn(stdout))).toHaveLength(7)
  })

  it('asks first where there are other sources', async () => {
    await nonius(['keys', 'create', '--name', 'lms', '--source', 'canvas', ...here])
    const refused = await demo(...here)
    expect(refused.stderr).toContain('There are other sources here (canvas)')
    expect(refused.exitCode).toBe(1)
    const sent = await demo(...here, '--yes', '--learners', '1', '--days', '1')
    expect(sent.exitCode).toBe(0)
  })

  const other = join(folder.path, 'other')
  mkdirSync(other)
  const refused: [what: string, args: string[], sentence: RegExp][] = [
    [
      'a folder without a server',
      ['--data-dir', other],
      /No Nonius server has run on the data folder/,
    ],
    [
      'a wrong key',
      ['--key', 'nk_wrong'],
      /refuses the key \(401 .*--data-dir, or a key of that server/,
    ],
    ['no learners', [...here, '--learners', '0'], /It must be a whole number from 1 to 5000\./],
    ['too many days', [...here, '--days', '366'], /It must be a whole number from 1 to 365\./],
    ['a day that is none', [...here, '--until', '2026-02-30'], /It must be a day, as 2026-11-27\./],
    ['a day to come', [...here, '--until', '2999-01-01'], /It must not be in the future/],
  ]
  for (const [what, args, sentence] of refused) {
    it(`refuses ${what} in a sentence`, async () => {
      const { stdout, stderr, exitCode } = await demo(...args)
      expect(stderr).toMatch(sentence)
      expect(stdout).toBe('')
      expect(exitCode).toBe(1)
    })
  }
})
