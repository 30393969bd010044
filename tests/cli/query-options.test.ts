import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { type ArchivedTerm, archiveTerm } from '../support/lake/archived-term'
import { nonius } from '../support/program'

const folder = temporaryFolder()
const at = (name: string) => join(folder.path, name)
let term: ArchivedTerm

beforeAll(async () => {
  term = await archiveTerm()
  await Bun.write(at('count.sql'), '\ufeffSELECT count(*) AS n FROM events;\n')
  await Bun.write(at('empty.sql'), '  ;\n')
  await Bun.write(at('latin.sql'), Buffer.from("SELECT 'ä'", 'latin1'))
  await Bun.write(at('kept.json'), 'as it was')
})

afterAll(() => {
  term[Symbol.dispose]()
  folder[Symbol.dispose]()
})

const query = (args: string[], stdin = '') =>
  nonius(['query', '--data-dir', term.dataDir, ...args], { stdin })

const counting = 'SELECT count(*) AS n FROM events'
const site = 'https://lms.northfield.example'

// Of the 20 items of the term, 7 arrived on the 2nd, 9 on the 3rd and 4 on the 12th, at the times of
// term.ts; Auckland is 13 hours ahead.
const ranges: [args: string[], n: number, said: string][] = [
  [[], 20, ''],
  [['--from', '2026-11-03', '--to', '2026-11-03'], 9, 'arrived from 2026-11-03 to 2026-11-03'],
  [['--to', '2026-11-03'], 16, 'Events that arrived to 2026-11-03 (received_at, UTC).\n'],
  [
    ['--from', '2026-11-10', '--to', '2026-11-10', '--by', 'event'],
    1,
    'Events that happened from 2026-11-10 to 2026-11-10 (occurred_at, UTC).\n',
  ],
  [['--from', '2026-11-03T12:30:00Z', '--to', '2026-11-03T17:00:02+01:00'], 4, 'arrived from'],
  [
    ['--from', '2026-11-04', '--to', '2026-11-04', '--timezone', 'pacific/auckland'],
    9,
    '(received_at, Pacific/Auckland)',
  ],
  [['--course', `${site}/sections/biology`], 14, ''],
  [['--person', `${site}/users/ada`], 7, ''],
  [['--source', 'reader', '--from', '2026-11-12'], 3, 'arrived from 2026-11-12'],
  [['--person', "x' OR '1'='1"], 0, "The lake has no event with --person x' OR '1'='1.\n"],
  [['--from', '2026-12-01'], 0, 'arrived from 2026-11-02 to 2026-11-12: --from 2026-11-02'],
  [['--from', '2026-12-01', '--by', 'event'], 0, 'happened from 2026-11-02 to 2026-11-12'],
]

describe('nonius query, narrowed', () => {
  for (const [args, n, said] of ranges) {
    it(`${args.join(' ') || 'by nothing'} has ${n} events`, async () => {
      const { stdout, stderr, exitCode } = await query([counting, '-f', 'csv', ...args])
      expect(stdout).toBe(`n\n${n}\n`)
      expect(stderr).toContain(said)
      if (args.length === 0) expect(stderr).toBe('')
      expect(exitCode).toBe(0)
    })
  }

  it('has the days of a time zone in SQL of your own', async () => {
    const sql = 'SELECT DISTINCT CAST(received_at AS date) AS d FROM events ORDER BY d'
    const { stdout } = await query([sql, '-f', 'csv', '--timezone', 'Pacific/Auckland'])
    expect(stdout).toBe('d\n2026-11-02\n2026-11-04\n2026-11-12\n2026-11-13\n')
  })

  it('has the days of a time zone in a named query, and one course', async () => {
    const args = ['--timezone', 'Pacific/Auckland', '--course', `${site}/sections/history`]
    const { stdout } = await query(['--named', 'activity-by-day', '-f', 'csv', ...args])
    expect(stdout.split('\n')[1]).toBe(`default,2026-11-04,${site}/sections/history,2,1`)
  })
})

describe('SQL from elsewhere', () => {
  it('is read from standard input', async () => {
    const { stdout } = await query(['-', '-f', 'csv'], `${counting};\n`)
    expect(stdout).toBe('n\n20\n')
  })

  it('is read from a file', async () => {
    const { stdout } = await query(['--file', at('count.sql'), '-f', 'csv'])
    expect(stdout).toBe('n\n20\n')
  })
})

const rows = `SELECT source_id, count(*) AS n, max(received_at) AS last
  FROM events GROUP BY 1 ORDER BY 1 -- by source`
const written: [name: string, text: string][] = [
  [
    'a.csv',
    'source_id,n,last\nlms,17,2026-11-12T10:00:02.000Z\nreader,3,2026-11-12T11:00:00.000Z\n',
  ],
  [
    'a.ndjson',
    `{"source_id":"lms","n":17,"last":"2026-11-12T10:00:02.000Z"}
{"source_id":"reader","n":3,"last":"2026-11-12T11:00:00.000Z"}
`,
  ],
]

describe('nonius query --output', () => {
  for (const [name, text] of written) {
    it(`writes ${name}, and says how many rows it has`, async () => {
      const { stdout, stderr, exitCode } = await query([rows, '--output', at(name)])
      expect(await Bun.file(at(name)).text()).toBe(text)
      expect(stdout).toBe('')
      expect(stderr).toBe(`${at(name)}: 2 rows.\n`)
      expect(exitCode).toBe(0)
    })
  }

  it('writes JSON over what was there', async () => {
    await Bun.write(at('old.JSON'), 'old')
    await query([rows, '--output', at('old.JSON')])
    expect(await Bun.file(at('old.JSON')).json()).toHaveLength(2)
  })

  it('writes Parquet with the types of the answer', async () => {
    const range = ['--to', '2026-11-03']
    const { stderr } = await query([rows, '--output', at('a.parquet'), ...range])
    expect(stderr).toEndWith(`${at('a.parquet')}: 1 row.\n`)
    const back = `SELECT typeof(n) AS t, typeof(last) AS u, n FROM '${at('a.parquet')}'`
    const { stdout } = await query([back, '-f', 'csv'])
    expect(stdout).toBe('t,u,n\nBIGINT,TIMESTAMP WITH TIME ZONE,16\n')
  })

  it('writes Parquet of what stands in no COPY as well', async () => {
    await query(['DESCRIBE events', '--output', at('d.parquet')])
    const back = `SELECT column_type FROM '${at('d.parquet')}' WHERE column_name = 'occurred_at'`
    expect((await query([back, '-f', 'csv'])).stdout).toBe(
      'column_type\nTIMESTAMP WITH TIME ZONE\n',
    )
  })

  it('leaves what was there, and nothing beside it, when the query fails', async () => {
    const before = readdirSync(folder.path)
    for (const name of ['kept.json', 'none.parquet']) {
      const { exitCode } = await query(['SELECT nothing FROM events', '--output', at(name)])
      expect(exitCode).toBe(1)
    }
    expect(await Bun.file(at('kept.json')).text()).toBe('as it was')
    expect(readdirSync(folder.path)).toEqual(before)
  })
})

const refused: [args: string[], message: string][] = [
  [
    ['SELECT 1', '--from', '2026-11-30', '--to', '2026-11-01'],
    'the range is reversed, and nothing can be in it. The events that the lake has arrived from 2026-11-02 to',
  ],
  [['SELECT 1', '--timezone', 'Mars/Base'], "option '--timezone <name>' argument 'Mars/Base'"],
  [['SELECT 1', '--timezone', '+02:00'], 'It must be the name of a time zone in the IANA database'],
  [['SELECT 1', '--by', 'sending'], 'Allowed choices are arrival, event'],
  [['SELECT 1', '--course', ' '], 'It must not be empty.'],
  [['SELECT 1', '--output', at('a.xlsx')], 'must be one of .parquet, .csv, .json, .ndjson'],
  [['SELECT 1', '--output', at('no/a.csv')], 'there is no folder'],
  [['SELECT 1', '--output', at('b.csv'), '--format', 'json'], 'are two formats'],
  [['SELECT 1', '--file', at('count.sql')], 'Give SQL or --file, not both.'],
  [['--named', 'time-on-task', '--file', at('count.sql')], 'Give SQL or --named, not both.'],
  [['--file', at('none.sql')], 'there is no such file or folder'],
  [['--file', at('empty.sql')], 'is empty: give a statement of SQL'],
  [['--file', at('latin.sql')], 'is not UTF-8'],
  [['-'], 'Standard input is empty'],
]

describe('nonius query refuses in a sentence', () => {
  for (const [args, message] of refused) {
    it(args.join(' ').replaceAll(folder.path, ''), async () => {
      const { stdout, stderr, exitCode } = await query(args)
      expect(stderr).toContain(message)
      expect(stderr).not.toContain('    at ')
      expect(stdout).toBe('')
      expect(exitCode).toBe(1)
    })
  }
})
