import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { namedQueries } from '../../src/query/sql'
import { type ArchivedTerm, archiveTerm } from '../support/lake/archived-term'
import { nonius } from '../support/program'

let term: ArchivedTerm
beforeAll(async () => {
  term = await archiveTerm()
})
afterAll(() => term[Symbol.dispose]())

const query = (...args: string[]) => nonius(['query', '--data-dir', term.dataDir, ...args])

describe('nonius query --named', () => {
  it('answers from the lake', async () => {
    const { stdout, exitCode } = await query('--named', 'conformance-by-source', '-f', 'csv')
    expect(stdout).toBe(
      [
        'tenant_id,source_id,standard,standard_version,items,conformant,percent',
        'default,lms,caliper,1.2,17,16,94.1',
        'default,reader,native,,3,3,100',
        '',
      ].join('\n'),
    )
    expect(exitCode).toBe(0)
  })

  it('reads only the days that were asked for', async () => {
    const range = ['--from', '2026-11-02', '--to', '2026-11-02']
    const { stdout } = await query('--named', 'arrivals-by-hour', ...range, '-f', 'ndjson')
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout)).toMatchObject({ arrival_hour: '2026-11-02T10:00:00.000Z', items: 7 })
  })

  const refused: [args: string[], message: string][] = [
    [[], 'Give SQL, or a named query with --named; --list lists them.'],
    [['SELECT 1', '--named', 'time-on-task'], 'Give SQL or --named, not both.'],
    [['--named', 'activity'], 'There is no named query "activity"; there are activity-by-day,'],
    [['SELECT 1', '--from', '2026-11-01'], '--from and --to belong to --named;'],
    [['--named', 'time-on-task', '--from', '1 November'], 'It must be a day, e.g. 2026-11-21.'],
    [['--named', 'time-on-task', '--to', '2026-02-30'], 'It must be a day, e.g. 2026-11-21.'],
  ]
  for (const [args, message] of refused) {
    it(`refuses ${args.join(' ') || 'nothing at all'} in a sentence`, async () => {
      const { stdout, stderr, exitCode } = await query(...args)
      expect(stderr).toContain(message)
      expect(stdout).toBe('')
      expect(exitCode).toBe(1)
    })
  }
})

describe('nonius query --list', () => {
  it('names every query, without any lake', async () => {
    const { stdout, exitCode } = await nonius(['query', '--list'])
    for (const { id, title } of namedQueries)
      expect(stdout).toMatch(new RegExp(`^${id} +${title}$`, 'm'))
    expect(exitCode).toBe(0)
  })

  it('gives their SQL as JSON', async () => {
    const { stdout } = await nonius(['query', '--list', '--format', 'json'])
    expect(JSON.parse(stdout)).toEqual(namedQueries)
  })
})
