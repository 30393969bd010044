import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')
const packages = join(root, 'packages')
const dist = join(packages, 'react/dist')

/** Builds what the tarball of the hook has: one ES module, and its types. React and the client are its peers. */
async function buildHook(): Promise<void> {
  rmSync(dist, { recursive: true, force: true })
  await build({
    entryPoints: [join(packages, 'react/src/index.ts')],
    outdir: dist,
    format: 'esm',
    // Browsers of the last six years, as the client.
    target: 'es2020',
    logLevel: 'error',
    tsconfigRaw: {},
    // Frameworks that render on servers run hooks in the browser alone.
    banner: { js: "'use client'" },
  })
  // The compiler writes the types of the client as well, which are in a tarball of their own.
  const written = mkdtempSync(join(tmpdir(), 'nonius-react-'))
  try {
    const tsc = join(root, 'node_modules/.bin/tsc')
    const declare = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly']
    const folders = ['--rootDir', packages, '--outDir', written]
    const { status } = spawnSync(tsc, ['-p', join(packages, 'react'), ...declare, ...folders], {
      stdio: 'inherit',
    })
    if (status !== 0) throw new Error('The types of the hook cannot be written')
    copyFileSync(join(written, 'react/src/index.d.ts'), join(dist, 'index.d.ts'))
  } finally {
    rmSync(written, { recursive: true, force: true })
  }
}

await buildHook()
