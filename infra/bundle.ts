import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { modulesIn } from '../src/reducers/worker/modules'
import { builtinsAsTaken } from './builtins'
import { directImports } from './direct-imports'
import { reducersFolder } from './settings'
import { inOneFile } from './start-file'
import { trimmed } from './trimmed'

// The product and its OpenAPI documents take these from Zod's namespace object. A bundler includes
// such an object whole, with its messages in fifty languages and its compiler: 350 KB. (A test
// compares this list with the sources.)
export const fromZod = [
  ...['NEVER', 'ZodType', 'array', 'boolean', 'discriminatedUnion', 'enum', 'int', 'iso'],
  ...['literal', 'looseObject', 'number', 'object', 'record', 'strictObject', 'string', 'union'],
  ...['unknown'],
]

// These replace modules that bring along what is never used on Lambda.
const standIns = [
  {
    filter: /^zod$/,
    contents: `import * as all from 'zod/v4'
      export * from 'zod/v4'
      export const z = { ${fromZod.map((name) => `${name}: all.${name}`).join(', ')} }`,
  },
  {
    // Lambda puts credentials into the environment. The SDK's chain would bring SSO, STS, IMDS along.
    filter: /^@aws-sdk\/credential-provider-node$/,
    contents: `export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env'`,
  },
  {
    // The client of DynamoDB makes a memory for endpoints that it discovers, which it does for nobody
    // who does not ask for it; a map has the little that it takes of it.
    filter: /^mnemonist\/lru-cache$/,
    contents: `export default class extends Map {
      constructor() { super() }
      peek(key) { return this.get(key) }
    }`,
  },
]

// These run reducers, in a thread that has an entry of its own beside theirs.
const reduces = ['changes', 'drain']
const THREAD = 'src/reducers/worker/worker.ts'

/**
 * Bundles a function of `functions/` as Lambda runs it: one ES module for what every start needs,
 * and a chunk for each thing that is imported when it is first asked for. SST's own bundling knows
 * no stand-ins.
 * @returns the folder, for `bundle` of a function; the source map lies beside it, not in it
 */
export async function bundled(name: string): Promise<string> {
  const folder = join($cli.paths.work, 'bundles', name)
  const maps = join($cli.paths.work, 'maps', name)
  for (const made of [folder, maps]) rmSync(made, { recursive: true, force: true })

  // A bundle is the same in every stage. Suites that synthesise a dozen of them from sources that do not
  // change meanwhile (`.ci/run`) name a folder, where each bundle is made once: 15 s of a processor.
  const { SYNTH_BUNDLES: suites } = process.env
  const shared = suites && reducersFolder === undefined ? join(suites, name) : undefined
  if (shared && existsSync(shared)) {
    cpSync(join(shared, 'bundle'), folder, { recursive: true })
    cpSync(join(shared, 'maps'), maps, { recursive: true })
    return folder
  }
  await build(name, folder, maps)
  if (shared) share(shared, folder, maps)
  return folder
}

/** Puts a bundle where others find it, whole or not at all; the first of two stands. */
function share(shared: string, folder: string, maps: string) {
  const own = `${shared}.${process.pid}`
  cpSync(folder, join(own, 'bundle'), { recursive: true })
  cpSync(maps, join(own, 'maps'), { recursive: true })
  try {
    renameSync(own, shared)
  } catch {
    rmSync(own, { recursive: true })
  }
}

async function build(name: string, folder: string, maps: string) {
  for (const made of [folder, maps]) mkdirSync(made, { recursive: true })
  // The import stands here because SST reads the configuration once before it has installed
  // esbuild.
  const esbuild = await import('esbuild')
  const entry = join($cli.paths.root, 'functions', `${name}.ts`)
  const { outputFiles } = await esbuild.build({
    entryPoints: {
      [name]: entry,
      ...(reduces.includes(name) && { reducing: join($cli.paths.root, THREAD) }),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    sourcemap: 'external',
    format: 'esm',
    platform: 'node',
    target: 'es2023', // the newest that SST's esbuild knows; Node 24 has all of it
    mainFields: ['module', 'main'],
    plugins: [
      ...standIns.map(standIn),
      trimmed,
      directImports,
      builtinsAsTaken,
      reducersOfOperator,
      inOneFile(entry, $cli.paths.root),
    ],
    absWorkingDir: $cli.paths.root,
    tsconfigRaw: {},
    logLevel: 'error',
  })
  for (const { path, contents } of outputFiles) {
    writeFileSync(join(path.endsWith('.map') ? maps : folder, basename(path)), contents)
  }
}

/** Puts the modules of the operator's folder into the thread of reducers. */
const reducersOfOperator: import('esbuild').Plugin = {
  name: 'reducers of the operator',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]reducers[\\/]worker[\\/]deployed\.ts$/ }, () => {
      const { files, problem } =
        reducersFolder === undefined ? { files: [] } : modulesIn(reducersFolder)
      // Nobody deploys without modules that were asked for.
      if (problem !== undefined) throw new Error(problem)
      const entries = files.map(({ path, origin }) => {
        const [from, name] = [JSON.stringify(path), JSON.stringify(origin)]
        return `{ origin: ${name}, load: () => import(${from}) }`
      })
      return { contents: `export const deployed = [${entries}]`, resolveDir: $cli.paths.root }
    })
  },
}

function standIn({ filter, contents }: (typeof standIns)[number]): import('esbuild').Plugin {
  const namespace = `stand-in ${filter}`
  return {
    name: namespace,
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ path }) => ({ path, namespace, sideEffects: false }))
      onLoad({ filter: /./, namespace }, () => ({ contents, resolveDir: $cli.paths.root }))
    },
  }
}
