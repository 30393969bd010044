import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { archiveStored } from '../../src/changes/consumers'
import { systemClock } from '../../src/platform/clock'
import { openLocalPlatform } from '../../src/platform/local'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { nonius, repository } from '../support/program'
import { aRecord } from '../support/records'

const folder = temporaryFolder()

const hostile = `"><script>alert(1)</script><!-- & 'x`

beforeAll(async () => {
  const options = { dataDir: folder.path, clock: systemClock, log: silentLog }
  await using platform = await openLocalPlatform(options)
  await platform.events.append(
    ['a', 'a', hostile].map((courseId) => aRecord({ courseId, commonAction: 'Viewed' })),
  )
  await archiveStored(platform)
})

afterAll(() => folder[Symbol.dispose]())

const counting = 'SELECT course_id AS course, count(*) AS events FROM events GROUP BY 1 ORDER BY 2'
const query = (...args: string[]) => nonius(['query', counting, '-d', folder.path, ...args])
const file = (name: string) => join(folder.path, name)

describe('nonius query --chart', () => {
  it('draws in the terminal', async () => {
    const { stdout, exitCode } = await query('--chart', '--title', 'Courses')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Courses\n\n.*│█{20} 1\n.*│█{40} 2\n$/)
  })

  it('draws an SVG in which no text is anything but text', async () => {
    const { stderr, exitCode } = await query('--chart', '-o', file('chart.svg'), '--title', hostile)
    expect({ stderr, exitCode }).toEqual({ stderr: `${file('chart.svg')}: 2 rows.\n`, exitCode: 0 })
    const svg = readFileSync(file('chart.svg'), 'utf8')
    expect(svg).toStartWith('<svg ')
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&lt;script&gt;')
    // Each is opened and closed, and no attribute has a quote too many.
    const styled = svg.replace(/<style ?><!\[CDATA\[[^<>]*\]\]>\s*<\/style>/, '')
    const tags = styled.replaceAll(/<(\/?)(\w+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g, '')
    expect(tags).not.toMatch(/[<>]/)
  })

  it('draws one page that asks nobody for anything', async () => {
    expect((await query('-o', file('chart.html'))).exitCode).toBe(0)
    const page = readFileSync(file('chart.html'), 'utf8')
    expect(page.match(/<\/script>/g)).toHaveLength(2)
    const [own] = page.split('<script>')
    expect(own).not.toMatch(/<(?:script|img|link|iframe)\b/)
    expect(own).toContain("default-src 'none'")
    // What the page draws has no angle bracket that could end its script.
    expect(page.split('<script>').at(-1)!.split('</script>')[0]).not.toContain('<')
  })

  it('draws a named query under its title', async () => {
    const named = ['query', '--named', 'activity-by-day', '-d', folder.path, '--chart']
    const { stdout, exitCode } = await nonius([...named, '--series', 'course_id', '--y', 'events'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Activity by day')
  })

  const refused: [why: string, args: string[], says: string][] = [
    ['a chart in a file of rows', ['--chart', '-o', 'x.csv'], '.svg or .html'],
    ['options of a chart without one', ['--x', 'course'], 'give --chart as well'],
    ['a format beside it', ['--chart', '--format', 'json'], 'not both'],
    ['a kind that is none', ['--chart', '--chart-as', 'pie'], 'bar, line'],
    ['a column that is none', ['--chart', '--y', 'people'], 'course, events'],
  ]
  for (const [why, args, says] of refused) {
    it(`refuses ${why}`, async () => {
      const { stderr, exitCode } = await query(...args)
      expect(stderr).toContain(says)
      expect(exitCode).not.toBe(0)
    })
  }

  it('leaves no file behind where there is nothing to draw', async () => {
    const nothing = `SELECT 'a' AS a WHERE false`
    const args = ['query', nothing, '-d', folder.path, '-o', file('nothing.svg')]
    const { stderr, exitCode } = await nonius(args)
    expect(stderr).toContain('There is nothing to draw')
    expect(exitCode).not.toBe(0)
    expect(existsSync(file('nothing.svg'))).toBe(false)
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

describe('docs/sql.md', () => {
  const text = readFileSync(join(repository, 'docs/sql.md'), 'utf8')
  const [, examples = ''] = /## Charts\n\n```sh\n([\s\S]+?)```/.exec(text) ?? []
  const commands = examples.split(/^npx nonius /m).slice(1)

  it('has examples of charts', () => expect(commands).toHaveLength(3))

  for (const command of commands) {
    it(`has an example that runs: ${command.split('\n')[0]}`, async () => {
      const run = Bun.spawn(['sh', '-c', `bun ${repository}/src/cli.ts ${command}`], {
        ...{ cwd: folder.path, env: { ...process.env, NONIUS_DATA_DIR: folder.path } },
        ...({ stdout: 'ignore', stderr: 'pipe' } as const),
      })
      expect([await run.exited, await new Response(run.stderr).text()]).toEqual([
        0,
        expect.not.stringContaining('rror'),
      ])
    })
  }
})

describe('the chart library', () => {
  it('is loaded by a chart in a file alone', async () => {
    const loads = /\bfrom 'echarts|import\('echarts/
    const users = new Bun.Glob('src/**/*.ts').scanSync(repository)
    const found = [...users].filter((path) =>
      loads.test(readFileSync(join(repository, path), 'utf8')),
    )
    expect(found).toEqual(['src/cli/chart/draw.ts'])
    const callers = readFileSync(join(repository, 'src/cli/query-chart.ts'), 'utf8')
    expect(callers).not.toMatch(/^import .*chart\/(?:draw|page)'/m)
  })
})
