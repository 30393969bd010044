import { describe, expect, it } from 'bun:test'
import { posix } from 'node:path'
import { files, read } from './repository'

// What most rooms may know: values, errors, the record, what the platforms promise, the log.
const ground = ['error', 'event', 'syntax', 'ports', 'telemetry', 'memory']
const helpers = ['access', 'governance', 'quarantine', 'query', 'outbound', 'webhooks', 'realtime']
const middle = [...ground, ...helpers, 'ingest', 'changes', 'standards']

/** Which way imports go. Every room may also import itself; types count. */
const mayImport: Record<string, string[]> = {
  syntax: [],
  error: [],
  telemetry: [],
  memory: ['error'],
  config: [],
  event: ['error', 'syntax'],
  ports: ['error', 'event'],
  'standards/caliper': ['error', 'event', 'syntax'],
  'standards/native': ['error', 'event', 'syntax'],
  'standards/xapi': ['error', 'event', 'syntax'],
  access: ground,
  governance: ground,
  quarantine: ground,
  query: ground,
  outbound: ['error'],
  webhooks: [...ground, 'outbound'],
  realtime: ground,
  ingest: [...ground, ...helpers],
  changes: [...ground, ...helpers],
  'platform/shared': ['error', 'event', 'syntax', 'ports'],
  'platform/local': [...ground, 'platform/shared'],
  'platform/aws': ['error', 'event', 'syntax', 'ports', 'platform/shared', 'telemetry'],
  http: [...middle, 'config'],
  // The doors and the CLI's commands: everything, and exactly one platform.
  'server.ts': [...middle, 'config', 'http', 'platform/local'],
  'cli.ts': [...middle, 'config', 'http', 'platform/local', 'server.ts', 'cli'],
  cli: [...middle, 'config', 'http', 'platform/local', 'server.ts'],
}

function roomOf(path: string): string {
  const [first = '', second = '', third] = path.replace(/^src\//, '').split('/')
  if (first === 'platform' && third === undefined) return 'ports'
  return first === 'platform' || first === 'standards' ? `${first}/${second}` : first
}

interface Import {
  file: string
  specifier: string
}

// Matched in the text: scanners that compile first do not see `import type`.
const IMPORT = /\bfrom\s+'([^']+)'|\bimport\s+'([^']+)'|\bimport\(\s*'([^']+)'/g

function importsOf(file: string): Import[] {
  return [...read(file).matchAll(IMPORT)].map(([, from, bare, dynamic]) => ({
    file,
    specifier: (from ?? bare ?? dynamic)!,
  }))
}

const sources = files().filter((path) => /^src\/.*\.ts$/.test(path))
const product = sources.filter((path) => !path.endsWith('.test.ts'))
// A `.json` is data: the version in package.json, say.
const isOurs = ({ specifier }: Import) => specifier.startsWith('.') && !specifier.endsWith('.json')
const show = ({ file, specifier }: Import) => `${file} imports ${specifier}`

function targetRoom({ file, specifier }: Import): string {
  const path = posix.join(posix.dirname(file), specifier)
  // A folder's index is written as the folder, a file without its ending.
  return roomOf(product.includes(`${path}.ts`) ? `${path}.ts` : `${path}/index.ts`)
}

describe('the house keeps its shape', () => {
  it('reads what it judges: type-only, side-effect and lazy imports are all found', () => {
    const text = `import type { A } from './a'\nimport './b'\nawait import('./c')\nexport { D } from './d'`
    const found = [...text.matchAll(IMPORT)].map((match) => match.slice(1).find(Boolean))
    expect(found).toEqual(['./a', './b', './c', './d'])
    expect(product.length).toBeGreaterThan(20)
  })

  for (const room of new Set(product.map(roomOf))) {
    it(`${room} imports only what it may`, () => {
      expect(mayImport).toHaveProperty([room])
      const allowed = new Set([room, ...(mayImport[room] ?? [])])
      const ours = product
        .filter((path) => roomOf(path) === room)
        .flatMap(importsOf)
        .filter(isOurs)
      expect(ours.filter((one) => !isAllowed(allowed, targetRoom(one))).map(show)).toEqual([])
    })
  }

  it('speaks to Bun and DuckDB only in platform/local, to AWS only in platform/aws', () => {
    const strangers = product.flatMap((file) => {
      const room = roomOf(file)
      const found: string[] = []
      for (const one of importsOf(file)) {
        if (/^bun(:|$)|^@duckdb\//.test(one.specifier) && room !== 'platform/local')
          found.push(show(one))
        if (/^@aws-sdk\/|^@smithy\//.test(one.specifier) && room !== 'platform/aws')
          found.push(show(one))
      }
      // Everything else must run on Lambda's Node as well.
      const usesBun = /\bBun\.|\bimport\.meta\.(dir|file|main|path)\b/.test(
        withoutComments(read(file)),
      )
      if (usesBun && room !== 'platform/local') found.push(`${file} uses Bun's globals`)
      return found
    })
    expect(strangers).toEqual([])
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

/** `standards` in the table stands for each of its rooms. */
function isAllowed(allowed: Set<string>, room: string): boolean {
  return allowed.has(room) || allowed.has(room.split('/')[0]!)
}

function packageOf(specifier: string): string {
  const [first = '', second] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')
}
