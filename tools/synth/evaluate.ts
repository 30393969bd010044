import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fromPlatform, platform, root } from './paths'

// This file follows `sst` 4.17.1: pkg/js/js.go and pkg/project/run.go. Compare them when SST is
// upgraded.

interface Esbuild {
  build(options: Record<string, unknown>): Promise<unknown>
}

export interface Program {
  code: string
  /** SST's CLI replaces these identifiers by their JSON. */
  define?: Record<string, unknown>
  inject?: string[]
  /** This text stands above each file of ours, as SST puts its imports there. */
  globals?: string
  /** This text stands above the bundle. */
  banner?: string
}

const requireInModules = [
  `import { createRequire as topLevelCreateRequire } from 'module';`,
  'const require = topLevelCreateRequire(import.meta.url);',
  `import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from 'url';`,
  'const __filename = topLevelFileUrlToPath(import.meta.url);',
  `const __dirname = topLevelFileUrlToPath(new topLevelURL('.', import.meta.url));`,
].join('\n')

// These packages are found at run time in the platform's own node_modules, one instance for all.
const external = [
  ...['@pulumi/*', '@pulumiverse/*', '@sst-provider/*', '@aws-sdk/*'],
  ...['esbuild', 'archiver', 'glob', 'undici', 'vite'],
]

/** Bundles a program as SST's CLI does, into the platform's folder, and imports it. @returns its default export */
export async function evaluate<Result>(name: string, program: Program): Promise<Result> {
  const { build } = fromPlatform<Esbuild>('esbuild')
  const outfile = join(platform, `synth.${name}.${process.pid}.mjs`)
  const define = Object.entries(program.define ?? {}).map(([key, value]) => [
    key,
    JSON.stringify(value),
  ])
  try {
    await build({
      stdin: { contents: program.code, resolveDir: root, sourcefile: 'eval.ts', loader: 'ts' },
      outfile,
      external,
      define: Object.fromEntries(define),
      inject: program.inject ?? [],
      banner: { js: `${requireInModules}\n${program.banner ?? ''}` },
      plugins: [globalsAbove(program.globals ?? '')],
      nodePaths: [join(platform, 'node_modules')],
      absWorkingDir: root,
      mainFields: ['module', 'main'],
      format: 'esm',
      platform: 'node',
      target: 'es2023',
      // SST's own esbuild is older than our tsconfig's target, and would warn of it.
      tsconfigRaw: '{}',
      sourcemap: 'inline',
      bundle: true,
      logLevel: 'error',
    })
    return (await import(pathToFileURL(outfile).href)).default
  } finally {
    rmSync(outfile, { force: true })
  }
}

function globalsAbove(globals: string) {
  return {
    name: 'globals',
    setup(build: { onLoad(options: object, load: (file: { path: string }) => unknown): void }) {
      build.onLoad({ filter: /\.(js|ts|jsx|tsx)$/ }, ({ path }) => {
        if (path.startsWith(platform)) return undefined
        return { contents: `${globals}\n${readFileSync(path, 'utf8')}`, loader: 'default' }
      })
    },
  }
}
