import { describe, expect, it } from 'bun:test'
import { files, read } from '../support/repository'
import { isTest, targetsOf } from './modules'

const text = read('docs/architecture.md')
const known = new Set(files())
const PATH = /`((?:src|functions|tests)\/[\w./-]*\w\.(?:ts|mjs))`/g

interface Step {
  file: string
  /** The port through which the walk comes to the file, where nothing before imports it. */
  port: string | undefined
}

/** The numbered lines below each heading of the chapter. */
function walksOf(chapter: string): Map<string, Step[]> {
  const walks = new Map<string, Step[]>()
  for (const part of chapter.split(/^### /m).slice(1)) {
    const [name = '', ...lines] = part.split('\n')
    const steps = lines.filter((line) => /^\d+\. /.test(line))
    walks.set(name, steps.map(stepOf))
  }
  return walks
}

function stepOf(line: string): Step {
  const file = line.match(/^\d+\. `([^`]+)`/)?.[1]
  if (file === undefined) throw new Error(`no file stands at the beginning of: ${line}`)
  return { file, port: line.match(/through `([^`]+)`/)?.[1] }
}

/** Why the walk cannot come from the files before to this one; nothing when it can. */
function gapBefore({ file, port }: Step, before: readonly string[]): string | undefined {
  if (!known.has(file)) return `${file} does not exist`
  if (before.some((one) => targetsOf(one, { types: false }).includes(file))) return undefined
  if (port === undefined) return `no file before ${file} imports it`
  const asks = (one: string) => targetsOf(one, { types: true }).includes(port)
  if (!before.some(asks)) return `no file before ${file} asks the port ${port}`
  return asks(file) ? undefined : `${file} does not fulfil the port ${port}`
}

function gapsOf(steps: readonly Step[]): string[] {
  const all = steps.map(({ file }) => file)
  return steps.flatMap((step, at) => (at > 0 ? (gapBefore(step, all.slice(0, at)) ?? []) : []))
}

describe('docs/architecture.md', () => {
  const walks = walksOf(text.slice(text.indexOf('## Five walks')))

  it('has five walks of some length', () => {
    expect(walks.size).toBe(5)
    for (const steps of walks.values()) expect(steps.length).toBeGreaterThan(9)
  })

  for (const [name, steps] of walks) {
    it(`walks where the code goes: ${name}`, () => {
      expect(gapsOf(steps)).toEqual([])
    })
  }

  it('would find a file that nothing before it leads to', () => {
    const steps = [...walks.values()][0]!.slice(0, 3)
    const astray = { file: 'src/webhooks/sending/verdict.ts', port: undefined }
    expect(gapsOf([...steps, astray])).toHaveLength(1)
    expect(gapsOf([...steps, { ...astray, port: 'src/platform/archive.ts' }])).toHaveLength(1)
  })

  it('names files that exist', () => {
    const named = [...text.matchAll(PATH)].map(([, path]) => path!)
    expect(named.length).toBeGreaterThan(80)
    expect(named.filter((path) => !known.has(path))).toEqual([])
  })

  it('names every port, with what fulfils it', () => {
    const ports = [...known].filter((path) => /^src\/platform\/[^/]+\.ts$/.test(path))
    const missing = ports.filter((path) => !isTest(path) && !text.includes(`\`${path}\``))
    expect(missing).toEqual([])
    const rows = text.matchAll(/^\| `(src\/platform\/[^`]+)` \|(.*)$/gm)
    const others = [...rows].flatMap(([, port, cells]) => {
      const fulfilling = [...cells!.matchAll(PATH)].map(([, path]) => path!)
      return fulfilling.filter((path) => !targetsOf(path, { types: true }).includes(port!))
    })
    expect(others).toEqual([])
  })
})

describe('the tree in the README', () => {
  it('has a sentence for every folder at the top and in src, and for no other', () => {
    const readme = read('README.md')
    const [tree = ''] = readme.slice(readme.indexOf('## The tree')).match(/```\n[\s\S]*?```/) ?? []
    const named = [...tree.matchAll(/^( *)([\w.-]+)\/ +\S/gm)].map(([, indent, folder]) =>
      indent === '' ? folder! : `src/${folder}`,
    )
    const folders = [...known].flatMap((path) => {
      const [top = '', ...rest] = path.split('/')
      if (rest.length === 0 || top.startsWith('.')) return []
      return top === 'src' && rest.length > 1 ? [top, `src/${rest[0]}`] : [top]
    })
    expect(named.sort()).toEqual([...new Set(folders)].sort())
  })
})
