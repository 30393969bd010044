import { readFileSync } from 'node:fs'

// The modules of this folder run in a thread that has an entry of its own.
const THREAD = '/src/reducers/worker/'

/**
 * Has esbuild put all that a start loads into one file. It makes a file of each group of modules that the same
 * `import()`s have in common: of a start more than a hundred, and to find and link them takes Node about a
 * third of the start. So each module that is imported later imports the entry, too, which has been loaded by
 * then: all of the start is then common to all.
 * @param entry the path of the module that is started
 * @returns a plugin of esbuild's
 */
export function inOneFile(entry: string): import('esbuild').Plugin {
  return {
    name: 'one file for the start',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /./ }, async ({ path, kind, pluginData, ...from }) => {
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

/** Tells whether all that a module exports has a name, which is what `export *` hands on. */
function canBeHandedOn(path: string): boolean {
  if (!/\.m?[jt]s$/.test(path)) return false
  const text = readFileSync(path, 'utf8')
  return /^export\b/m.test(text) && !/\bexport default\b|\bas default\b/.test(text)
}
