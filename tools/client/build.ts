import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')
const source = join(root, 'packages/client/src')
const dist = join(root, 'packages/client/dist')

/** The script of the tag as it is committed and served at `/client.js`: in JSON, which every bundler takes. */
export const scriptFile = join(root, 'src/http/browser/client.json')

// Browsers of the last six years.
const TARGET = 'es2020'

// These names stand in no contract, no browser and no message: shorter ones take their place.
const INSIDE =
  /^(isStored|isGone|isAsked|isBare|outlives|retryAfter|remaining|failures|dice|since|path|pathByKey|isLast|numbered|number|gap|way|onLeave|onConsent|next|wait|entries|count|store|erase|save|look|found|ready|tell|take|scope|wire|read|at)$/

const common = {
  mangleProps: INSIDE,
  bundle: true,
  minify: true,
  target: TARGET,
  legalComments: 'none',
  logLevel: 'error',
  // A configuration that lies around must not change what is built.
  tsconfigRaw: {},
} as const

// Members of what the server answers keep their names: `path` is one of them.
const { mangleProps: _, ...unmangled } = common

/** Builds the script that a page loads by a tag. */
export async function buildScript(): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [join(source, 'script.ts')],
    format: 'iife',
    write: false,
  })
  return outputFiles[0]!.text
}

/** Writes the committed file of a script. */
export function fileOf(script: string): string {
  return `${JSON.stringify({ script })}\n`
}

/** Builds an entry of the package by itself, as an application's bundler does that uses nothing else. */
export async function buildEntry(name: string): Promise<string> {
  const { outputFiles } = await build({
    ...(name === 'proofs' ? unmangled : common),
    entryPoints: [join(source, `${name}.ts`)],
    format: 'esm',
    write: false,
  })
  return outputFiles[0]!.text
}

/** Builds what the package's tarball has: an ES module for each entry, what they share, and their types. */
async function buildPackage(): Promise<void> {
  rmSync(dist, { recursive: true, force: true })
  const entries = ['index', 'caliper', 'telemetry', 'xapi']
  await build({
    ...common,
    // Whoever debugs a page reads it; bundlers minify.
    minify: false,
    entryPoints: entries
      .map((name) => join(source, `${name}.ts`))
      .filter((file) => existsSync(file)),
    outdir: dist,
    format: 'esm',
    splitting: true,
  })
  await build({
    ...{ ...unmangled, minify: false, outdir: dist, format: 'esm' },
    entryPoints: [join(source, 'proofs.ts')],
  })
  const tsc = join(root, 'node_modules/.bin/tsc')
  const project = join(root, 'packages/client')
  const declare = ['-p', project, '--noEmit', 'false', '--declaration', '--emitDeclarationOnly']
  const folders = ['--rootDir', source, '--outDir', dist]
  const { status } = spawnSync(tsc, [...declare, ...folders], { stdio: 'inherit' })
  if (status !== 0) throw new Error('The types of the client cannot be written')
  nameFiles()
}

/** Writes the endings of files into imports of types, which Node's way of resolving them wants. */
function nameFiles(): void {
  const all = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  for (const name of all.filter((one) => one.endsWith('.d.ts'))) {
    const file = join(dist, name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/(from|import\()( ?)'(\.[^']+)'/g, "$1$2'$3.js'"))
  }
}

if (import.meta.main) {
  if (process.argv[2] === 'dist') await buildPackage()
  else writeFileSync(scriptFile, fileOf(await buildScript()))
}
