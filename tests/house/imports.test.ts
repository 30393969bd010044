import { describe, expect, it } from 'bun:test'
import { files, read } from '../support/repository'
import {
  type Import,
  importsIn,
  importsOf,
  isTest,
  product,
  targetOf,
  targetsOf,
  withoutComments,
} from './modules'

// What most rooms may know: values, errors, the record, who asks, what the platforms promise, the log.
const ground = ['error', 'event', 'identity', 'syntax', 'ports', 'telemetry', 'memory']
// What a standard answers, and the list of all: not what reads it, which stays where it is asked for.
const standards = ['standards/standard.ts', 'standards/index.ts']
const helpers = [
  'limits',
  'access',
  'governance',
  'audit',
  'privacy',
  'quarantine',
  'query',
  'rosters',
  'analytics',
  'exports',
  'merkle',
  'observer',
  'outbound',
  'webhooks',
  'live',
  'realtime',
  'watch',
]
const documents = ['documents', 'reducers']
const middle = [
  ...ground,
  ...helpers,
  ...documents,
  'wire',
  'ingest',
  'statements',
  'changes',
  'standards',
  'mapping',
]
// The doors and the CLI's commands: everything, and exactly one platform.
const doors = [...middle, 'config', 'http', 'services.ts', 'platform/local']
// What the launcher found the memory to be.
const memory = 'heap-size.mjs'

/** Which way imports go. Every room may also import itself; types count; a room may be still to come. */
const mayImport: Record<string, string[]> = {
  syntax: [],
  error: [],
  telemetry: [],
  memory: ['error'],
  config: ['syntax'],
  identity: [],
  event: ['error', 'syntax'],
  ports: ['error', 'event', 'identity'],
  wire: ['error', 'memory', 'syntax'],
  'standards/standard.ts': ['error', 'event', 'syntax'],
  // Standards never import each other.
  'standards/caliper': ['error', 'event', 'syntax', 'standards/standard.ts'],
  'standards/native': ['error', 'event', 'syntax', 'standards/standard.ts'],
  'standards/xapi': ['error', 'event', 'syntax', 'standards/standard.ts'],
  'standards/index.ts': ['standards'],
  'standards/forms.ts': ['standards'],
  access: ground,
  // Windows of callers.
  limits: ['error', 'identity', 'ports', 'telemetry'],
  // What a tenant's policy asks, and what is kept to carry it out. It knows no standard by name.
  governance: [...ground, ...standards],
  // Who did what to data of people, over the documents.
  audit: ground,
  // Erasures, access requests: over every port that holds copies.
  privacy: [
    ...[...ground, ...standards, 'access', 'audit', 'governance', 'ingest', 'query'],
    ...[
      'analytics',
      'exports',
      'jobs',
      'observer',
      'reducers',
      'rosters',
      'statements',
      'webhooks',
      'wire',
    ],
  ],
  quarantine: ground,
  query: ground,
  // Work that goes on in the background, a piece at a time.
  jobs: ['ports'],
  // Who teaches whom, over the documents.
  rosters: [...ground, ...standards],
  // Answers to people's questions, over the hot store, the lake and what is kept of both.
  analytics: [...ground, 'access', 'audit', 'query', 'rosters'],
  // Answers that are files.
  exports: [...ground, 'access', 'analytics', 'audit', 'jobs', 'query', 'rosters'],
  outbound: ['error'],
  webhooks: [...ground, 'outbound', 'query'],
  documents: ground,
  // Pure functions over the record, and the states that they come to.
  reducers: [...ground, 'analytics', 'documents', 'jobs', 'query', 'rosters'],
  // A log that proves itself: trees of hashes, and their roots.
  // Roots are posted to whom the operator names.
  merkle: [...ground, 'audit', 'jobs', 'outbound', 'query'],
  // Learning Observer's stream: frames, who sends them, what is held for them.
  observer: [...ground, ...standards, 'access', 'governance', 'ingest', 'limits', 'wire'],
  // From one standard to another, which never know each other.
  mapping: [...ground, 'standards'],
  // What tells the people who run it what happens.
  watch: ground,
  ingest: [
    ...ground,
    ...standards,
    'access',
    'governance',
    'mapping',
    'outbound',
    'quarantine',
    'watch',
    'wire',
  ],
  changes: [...ground, ...helpers, ...standards],
  // The record store of xAPI, over the ports.
  statements: [...ground, 'standards', 'ingest', 'access', 'wire'],
  // Subscriptions, over the feed.
  live: [...ground, 'access', 'query'],
  realtime: [
    ...ground,
    ...['access', 'ingest', 'limits', 'live', 'observer', 'query', 'reducers', 'standards'],
    ...['watch', 'wire'],
  ],
  'platform/shared': ['error', 'event', 'syntax', 'ports'],
  // What is kept as bytes is decoded as the wire is, to be searched. Trees are hashed as `merkle` has it.
  'platform/local': [...ground, 'platform/shared', 'wire', 'merkle'],
  'platform/aws': [
    ...['error', 'event', 'syntax', 'ports', 'platform/shared', 'telemetry', 'wire', 'merkle'],
  ],
  'services.ts': [...middle, 'config'],
  http: [...middle, 'config', 'services.ts'],
  // A made-up school knows nothing of what takes its events.
  demo: [],
  // Run by Node before anything is installed.
  'launch.mjs': ['heap-size.mjs'],
  'heap-size.mjs': [],
  'server.ts': [...doors, memory],
  'cli.ts': [...doors, 'server.ts', 'cli'],
  cli: [...doors, 'server.ts', 'demo'],
}

function roomOf(path: string): string {
  const [first = '', second = ''] = path.replace(/^src\//, '').split('/')
  if (first === 'platform' && !['shared', 'local', 'aws'].includes(second)) return 'ports'
  return first === 'platform' || first === 'standards' ? `${first}/${second}` : first
}

// A `.json` is data: the version in package.json, say.
const isOurs = ({ specifier }: Import) => specifier.startsWith('.') && !specifier.endsWith('.json')
const show = ({ file, specifier }: Import) => `${file} imports ${specifier}`

const programs = ['src', 'functions', 'infra', 'openapi', 'tools']

/** The folders of the repository and which of the others each may import. A suite may import all. */
const folders: Record<string, string[]> = {
  src: [],
  functions: ['src'],
  infra: ['src'],
  openapi: ['src'],
  tools: ['src', 'functions', 'infra', 'openapi'],
  packages: [],
  bench: [...programs, 'tests', 'packages'],
  tests: [...programs, 'bench', 'packages'],
}

describe('the house has its shape', () => {
  it('reads what it judges: type-only, side-effect and lazy imports', () => {
    const text = `import type { A } from './a'\nimport './b'\nawait import('./c')\nexport { D } from './d'`
    const found = importsIn(text, 'src/x.ts').map(({ specifier }) => specifier)
    expect(found).toEqual(['./a', './b', './c', './d'])
    expect(product.length).toBeGreaterThan(20)
    const types = `import type { A } from './a'\nimport { type B, type C } from './b'\nimport { type D, e } from './d'\nimport F, {\n  g,\n} from './f'`
    const isType = importsIn(types, 'src/x.ts').map((one) => one.isType)
    expect(isType).toEqual([true, true, false, false])
  })

  it('has a deployment that `sst install` can read before it has installed what it brings', () => {
    const declared = files().filter((path) => /^(?:infra\/|sst\.config).*\.ts$/.test(path))
    expect(declared.length).toBeGreaterThan(20)
    const early = declared.filter((path) => /^import (?!type ).*'@pulumi\//m.test(read(path)))
    expect(early).toEqual([])
  })

  for (const room of new Set(product.map(roomOf))) {
    it(`${room} imports only what it may`, () => {
      expect(mayImport).toHaveProperty([room])
      const allowed = new Set([room, ...(mayImport[room] ?? [])])
      const ours = product
        .filter((path) => roomOf(path) === room)
        .flatMap(importsOf)
        .filter(isOurs)
      expect(
        ours.filter((one) => !isAllowed(allowed, roomOf(targetOf(one) ?? 'nowhere'))).map(show),
      ).toEqual([])
    })
  }

  it('speaks to Bun and DuckDB only in platform/local, to AWS only in platform/aws', () => {
    const unexpected = product.flatMap((file) => {
      const room = roomOf(file)
      const uses: string[] = []
      for (const one of importsOf(file)) {
        if (/^bun(:|$)|^@duckdb\//.test(one.specifier) && room !== 'platform/local')
          uses.push(show(one))
        if (/^@aws-sdk\/|^@smithy\//.test(one.specifier) && room !== 'platform/aws')
          uses.push(show(one))
      }
      // Everything else must run on Lambda's Node as well.
      const usesBun = /\bBun\.|\bimport\.meta\.(dir|file|main|path)\b/.test(
        withoutComments(read(file)),
      )
      if (usesBun && room !== 'platform/local') uses.push(`${file} uses Bun's globals`)
      return uses
    })
    expect(unexpected).toEqual([])
  })

  it('leaves the generator of the OpenAPI document to openapi/', () => {
    // A type is no import at run time; anything else loads the generator with the server.
    const loads = /\bimport (?!type\b)[^;]*?from '(@hono\/zod-openapi|@asteasolutions\/[^']+)'/
    expect(product.filter((file) => loads.test(read(file)))).toEqual([])
  })

  it('imports nothing at run time that package.json does not list as a dependency', () => {
    const { dependencies } = JSON.parse(read('package.json'))
    const undeclared = product
      // What goes to AWS is bundled when it is built, so that one machine need not install the SDK.
      .filter((file) => roomOf(file) !== 'platform/aws')
      .flatMap(importsOf)
      .filter(
        (one) =>
          !one.specifier.startsWith('.') &&
          !/^(node|bun):/.test(one.specifier) &&
          one.specifier !== 'bun',
      )
      .filter(({ specifier }) => !(packageOf(specifier) in dependencies))
    expect(undeclared.map(show)).toEqual([])
  })
})

describe('the folders of the repository', () => {
  for (const [folder, allowed] of Object.entries(folders)) {
    it(`${folder} imports ${allowed.join(', ') || 'nothing'} of the others`, () => {
      const own = files().filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.ts'))
      const found = own
        .filter((path) => !isTest(path))
        .flatMap(importsOf)
        .filter((one) => {
          const [to = ''] = targetOf(one)?.split('/') ?? []
          return to !== folder && to in folders && !allowed.includes(to)
        })
      expect(found.map(show)).toEqual([])
    })
  }
})

describe('imports of values', () => {
  it('form no circle', () => {
    expect(circleAmong(product, (file) => targetsOf(file, { types: false }))).toEqual([])
  })

  it('would be found in a circle', () => {
    const graph: Record<string, string[]> = { a: ['b'], b: ['c', 'd'], c: [], d: ['e'], e: ['b'] }
    expect(circleAmong(Object.keys(graph), (file) => graph[file]!)).toEqual(['b', 'd', 'e', 'b'])
  })
})

/** The first circle that is met, from its beginning to its beginning; nothing when there is none. */
function circleAmong(all: readonly string[], next: (file: string) => string[]): string[] {
  const done = new Set<string>()
  function walk(file: string, path: readonly string[]): string[] {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return []
    const found = next(file).map((to) => walk(to, [...path, file]))
    done.add(file)
    return found.find((circle) => circle.length > 0) ?? []
  }
  return all.map((file) => walk(file, [])).find((circle) => circle.length > 0) ?? []
}

/** `standards` in the table stands for each of its rooms. */
function isAllowed(allowed: Set<string>, room: string): boolean {
  return allowed.has(room) || allowed.has(room.split('/')[0]!)
}

function packageOf(specifier: string): string {
  const [first = '', second] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}
