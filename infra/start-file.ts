import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// The modules of this folder run in a thread that has an entry of its own.
const THREAD = '/src/reducers/worker/'

/**
 * Has esbuild put all that a start loads into one file. It makes a file of each group of modules that the same
 * `import()`s have in common: of a start more than a hundred, and to find and link them takes Node about a
 * third of the start. So each module that is imported later imports the entry, too, which has been loaded by
 * then: all of the start is then common to all.
 * @param entry the path of the module that is started
 * @param root the folder whose `src` and `functions` have the modules
 * @returns a plugin of esbuild's
 */
export function inOneFile(entry: string, root: string): import('esbuild').Plugin {
  return {
    name: 'one file for the start',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: importedLater(root) }, async ({ path, kind, pluginData, ...from }) => {
        if (kind !== 'dynamic-import' || pluginData === resolved) return undefined
        // A thread must not start the function a second time.
        if (from.importer.includes(THREAD)) return undefined
        const found = await resolve(path, { ...from, kind, pluginData: resolved })
        const isOurs = found.errors.length === 0 && !found.external && found.namespace === 'file'
        if (!isOurs || !canBeHandedOn(found.path)) return found
        return { path: found.path, namespace: 'later' }
      })
      onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
        contents: `export * from ${JSON.stringify(path)}; import ${JSON.stringify(entry)}`,
        resolveDir: '/',
      }))
    },
  }
}

const resolved = 'by the others'

/**
 * Makes a filter of what our modules import later: each call of a plugin costs, and most of the thousands of
 * imports are of no interest.
 */
function importedLater(root: string): RegExp {
  const files = ['src', 'functions'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(root, folder, file), 'utf8')),
  )
  const paths = files.flatMap((text) =>
    [...text.matchAll(/\bimport\(\s*'([^']+)'\s*,?\s*\)/g)].map(([, path]) => path!),
  )
  const quoted = [...new Set(paths)].map((path) => path.replaceAll(/[.\\/$]/g, '\\$&'))
  return new RegExp(`^(?:${quoted.join('|')})$`)
}

/** Tells whether all that a module exports has a name, which is what `export *` hands on. */
function canBeHandedOn(path: string): boolean {
  if (!/\.m?[jt]s$/.test(path)) return false
  const text = readFileSync(path, 'utf8')
  return /^export\b/m.test(text) && !/\bexport default\b|\bas default\b/.test(text)
}
