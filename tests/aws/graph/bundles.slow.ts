import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import {
  bytesAtStart,
  callBundle,
  entryOf,
  filesAtStart,
  filesRead,
  getEvent,
} from '../../support/graph/bundles'
import { graphOf, root } from '../../support/graph/graphs'

setDefaultTimeout(240_000) // a synthesis takes 15 s on two idle cores

const graph = graphOf('ci')
const api = graph.artifacts.find(({ functionName }) => functionName === 'Api')!

// Types of Zod's namespace, which leave nothing behind in JavaScript.
const typesOnly = ['ZodObject', 'ZodRawShape', 'core', 'input', 'output']

// Bytes that a cold start reads. The goal for `api` is 460 KB, the SDK included (issue 20; decision 117).
// What the others have beside it is theirs: `sweep` has the handlers of two more, `settle` and `erase` the
// client of S3.
const BYTES_AT_START: Record<string, number> = {
  Api: 460_000,
  Drain: 650_000,
  Erase: 680_000,
  Realtime: 450_000,
  Settle: 540_000,
  Sweep: 770_000,
}
const OTHERS_BYTES_AT_START = 500_000

describe('the bundles', () => {
  for (const artifact of graph.artifacts) {
    it(`${artifact.functionName} starts under Node, without asking AWS anything`, () => {
      expect(callBundle(graph, artifact)).toEqual({ type: 'function', answers: [] })
    })
  }

  it('say of the API what the server on one machine says', () => {
    const { answers } = callBundle(graph, api, [getEvent('/health'), getEvent('/openapi.json')])
    const committed = JSON.parse(readFileSync(join(root, 'openapi/openapi.json'), 'utf8'))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
    expect(JSON.parse(answers[1]!.body)).toEqual(committed)
  })

  it('read the page at /docs only when somebody asks for it', () => {
    const asked = [getEvent('/docs'), getEvent('/docs/scalar.js')]
    const { answers } = callBundle(graph, api, asked)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 401])
    // Nobody is given a megabyte without a key.
    for (const { body } of answers) expect(body.length).toBeLessThan(8_000)
    const files = readdirSync(api.folder).filter((file) => file.endsWith('.mjs'))
    const shows = (file: string) =>
      readFileSync(join(api.folder, file), 'utf8').includes('createApiReference')
    const script = files.filter((file) => !filesAtStart(api).includes(file)).find(shows)!
    expect(bytesAtStart(api)).toBeLessThan(statSync(join(api.folder, script)).size / 4)
  })

  it('have all that a start reads in one file, and what other starts of it read beside it', () => {
    for (const artifact of graph.artifacts) {
      expect(filesAtStart(artifact).length).toBeLessThanOrEqual(artifact === api ? 4 : 6)
    }
  })

  it('take the members of Node’s own modules that they use, and no others', () => {
    for (const { folder } of graph.artifacts) {
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.mjs'))) {
        const source = readFileSync(join(folder, file), 'utf8')
        const imported = source.matchAll(/\b(?:from|import)\(?"((?:node:)?[a-z_/]+)"/g)
        const builtin = [...imported].filter(([, name]) => isBuiltin(name!))
        expect(builtin.map(([text]) => `${file}: ${text}`)).toEqual([])
      }
    }
  })

  it('start nothing in the thread of reducers but what is its own', () => {
    const threads = graph.artifacts.filter(({ folder }) => existsSync(join(folder, 'reducing.mjs')))
    expect(threads.map(({ functionName }) => functionName)).toEqual(['Changes', 'Drain'])
    for (const artifact of threads) {
      const read = filesRead(artifact.folder, 'reducing.mjs', { isLater: true })
      const text = read.map((file) => readFileSync(join(artifact.folder, file), 'utf8')).join()
      expect(text).toContain('workerData')
      expect(text).not.toContain('SST_RESOURCE')
    }
  })

  for (const artifact of graph.artifacts) {
    it(`${artifact.functionName} reads little at its start, and no library of schemas`, () => {
      const bytes = bytesAtStart(artifact)
      expect(bytes).toBeLessThan(BYTES_AT_START[artifact.functionName] ?? OTHERS_BYTES_AT_START)
      const texts = filesAtStart(artifact).map((file) =>
        readFileSync(join(artifact.folder, file), 'utf8'),
      )
      expect(texts.join()).not.toMatch(/ZodType|ZodError/)
    })
  }

  it('carry no keys and no chain of credentials', () => {
    for (const artifact of graph.artifacts) {
      const source = readFileSync(entryOf(artifact), 'utf8')
      expect(source).not.toMatch(/169\.254\.169\.254|sso_start_url/)
    }
  })
})

describe("Zod's namespace in the bundles", () => {
  it('has every member that the sources take of it', () => {
    const files = [...new Bun.Glob('src/**/*.ts').scanSync({ cwd: root })]
    const sources = files.map((file) => readFileSync(join(root, file), 'utf8'))
    const taken = sources.flatMap((source) =>
      [...source.matchAll(/(?<![*\w.'`}])z\s*\.\s*(\w+)/g)].map((match) => match[1]!),
    )
    // Read as text: the module itself can only be imported inside SST.
    const bundle = readFileSync(join(root, 'infra/bundle.ts'), 'utf8')
    const list = /export const fromZod = \[([\s\S]*?)\n\]/.exec(bundle)![1]!
    const given = [...list.matchAll(/'(\w+)'/g)].map((match) => match[1]!)
    const missing = taken.filter((name) => !given.includes(name) && !typesOnly.includes(name))
    expect([...new Set(missing)]).toEqual([])
    expect(given.filter((name) => name !== 'ZodType' && !taken.includes(name))).toEqual([])
  })
})
