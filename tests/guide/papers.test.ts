import { describe, expect, it } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings } from '../../src/config/settings'
import { repository } from '../support/program'

// docs/papers.md answers every requirement of the five papers. Whatever it names is held to what exists.

const page = readFileSync(join(repository, 'docs/papers.md'), 'utf8')
const states = ['works', 'otherwise', 'not yet']

interface Row {
  paper: string
  lines: string
  requirement: string
  state: string
  where: string
}

function rowsIn(text: string): Row[] {
  // Before the first paper stands how many rows each has.
  const [, ...sections] = text.split(/^## (?=\d{3}:)/m)
  return sections.flatMap((section) =>
    [...section.matchAll(/^\| (\d[\d, -]*?) \| (.+?) \| (.+?) \|(?: (.*?))? ?\|$/gm)].map(
      ([, lines = '', requirement = '', state = '', where = '']) => {
        return { paper: section.slice(0, 3), lines, requirement, state, where }
      },
    ),
  )
}
const rows = rowsIn(page)

/** The anchors of a page, as forges make them of its headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!)
  const plain = headings.map((heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, ''))
  return new Set(plain.map((heading) => heading.replaceAll(' ', '-')))
}

function commands(): Set<string> {
  const text = readFileSync(join(repository, 'docs/command-line.md'), 'utf8').replaceAll('\\|', '|')
  const named = [...text.matchAll(/`([a-z0-9-]+(?: [a-z0-9|-]+)*)/g)].map(([, words]) => words!)
  return new Set(
    named.flatMap((words) => {
      const [first = '', ...rest] = words.split(' ')
      const seconds = rest[0]?.split('|') ?? []
      return [first, ...seconds.map((second) => `${first} ${second}`)]
    }),
  )
}

describe('docs/papers.md', () => {
  it('says of each row what becomes of it, and where', () => {
    expect(rows.length).toBeGreaterThan(300)
    const wrong = rows.filter(({ state, where }) => {
      return !states.includes(state) || where === ''
    })
    expect(wrong).toEqual([])
    // Every line of a table is a row: none is left out by how it is written.
    const lines = page.split('\n').filter((line) => /^\| \d/.test(line))
    expect(rows).toHaveLength(lines.length)
  })

  it('names routes that there are', () => {
    const { paths } = JSON.parse(
      readFileSync(join(repository, 'openapi/openapi.json'), 'utf8'),
    ) as {
      paths: Record<string, object>
    }
    const there = new Set(
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      ),
    )
    // A requirement may name an address as the papers do.
    const named = rows.flatMap(({ where }) =>
      [...where.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \/[^`]*)`/g)].map(([, route]) => route!),
    )
    expect(named.length).toBeGreaterThan(90)
    expect(named.filter((route) => !there.has(route))).toEqual([])
  })

  it('names settings, scripts and commands that there are', () => {
    const own = Object.values(settings).map(({ name }) => name as string)
    // Whoever deploys has settings beside these; `docs/aws.md` lists them.
    const deployers = readFileSync(join(repository, 'docs/aws.md'), 'utf8').matchAll(
      /^\| `(NONIUS_[A-Z_]+)`/gm,
    )
    const names = new Set([...own, ...[...deployers].map(([, name]) => name!)])
    const named = [...page.matchAll(/`(NONIUS_[A-Z_]+)(?:=\w+)?`/g)].map(([, name]) => name!)
    expect(named.length).toBeGreaterThan(15)
    expect(named.filter((name) => !names.has(name))).toEqual([])

    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
    const run = [...page.matchAll(/`npm (?:run )?([a-z:]+)`/g)].map(([, script]) => script!)
    expect(run.filter((script) => !(script in scripts))).toEqual([])

    const known = commands()
    const asked = [...page.matchAll(/`nonius ([a-z0-9 -]+)`/g)].map(([, words]) => words!)
    expect(asked.length).toBeGreaterThan(8)
    expect(asked.filter((words) => !known.has(words))).toEqual([])
  })

  it('names files and links to pages that there are', () => {
    const paths = [
      ...page.matchAll(/`((?:src|tests|infra|bench|examples|packages|functions)(?:\/[\w.-]+)*)`/g),
    ].map(([, path]) => path!)
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter((path) => !existsSync(join(repository, path)))).toEqual([])

    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!)
    const dead = links.filter((link) => {
      const [path = '', anchor] = link.split('#')
      const file = join(repository, 'docs', path)
      if (!existsSync(file)) return true
      return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).has(anchor)
    })
    expect(links.length).toBeGreaterThan(100)
    expect(dead).toEqual([])
  })

  it('has a row for each requirement, where the list of them is at hand', () => {
    const list = join(repository, '../shared/papers/requirements.md')
    // The project needs no folder beside it.
    if (!existsSync(list)) return
    const asked = rowsIn(readFileSync(list, 'utf8'))
    const places = (all: readonly Row[]) =>
      all.map(({ paper, lines }) => `${paper} ${lines}`).toSorted()
    expect(asked.length).toBe(rows.length)
    expect(places(rows)).toEqual(places(asked))
  })

  it('would find what there is not', () => {
    const text = '## 009: x\n\n| 1 | a | works | `GET /nowhere` |\n| 2-3 | b | asleep | |\n'
    expect(rowsIn(text)).toEqual([
      { paper: '009', lines: '1', requirement: 'a', state: 'works', where: '`GET /nowhere`' },
      { paper: '009', lines: '2-3', requirement: 'b', state: 'asleep', where: '' },
    ])
    expect(anchorsOf('## What is lost, and when\n')).toEqual(new Set(['what-is-lost-and-when']))
  })
})
