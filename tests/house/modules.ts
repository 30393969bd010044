import { posix } from 'node:path'
import { files, read } from '../support/repository'

/** One import statement, as it is written. */
export interface Import {
  file: string
  specifier: string
  /** Whether nothing of it is left once types are erased. */
  isType: boolean
}

// Matched in the text: scanners that compile first do not see `import type`. A worker or a program of
// ours is started by `new URL(…)`.
const CLAUSE = String.raw`(type\s+)?(\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+(?:\s*,\s*\{[^}]*\})?)`
const IMPORT = new RegExp(
  String.raw`\b(?:import|export)\s+${CLAUSE}\s+from\s+'([^']+)'|\bimport\s+'([^']+)'|\bimport\(\s*'([^']+)'|\bnew URL\('([^']+)', import\.meta\.url\)`,
  'g',
)

export function importsIn(text: string, file: string): Import[] {
  return [...withoutComments(text).matchAll(IMPORT)].map(
    ([, type, names, from, bare, lazy, program]) => ({
      file,
      specifier: (from ?? bare ?? lazy ?? program)!,
      isType: type !== undefined || isOnlyTypes(names),
    }),
  )
}

export function importsOf(file: string): Import[] {
  return importsIn(read(file), file)
}

/** `{ type A, type B }`. */
function isOnlyTypes(names = ''): boolean {
  const listed = names.match(/^\{([^}]*)\}$/)?.[1]
  const each = listed?.split(',').flatMap((name) => name.trim() || [])
  return each?.length ? each.every((name) => name.startsWith('type ')) : false
}

const code = new Set(files().filter((path) => /\.(ts|mjs)$/.test(path)))

/** The file of this repository that is imported; undefined for packages and data. */
export function targetOf({ file, specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const path = posix.join(posix.dirname(file), specifier)
  // A folder's index is written as the folder, a file without its ending.
  return [path, `${path}.ts`, `${path}/index.ts`].find((one) => code.has(one))
}

/** The files that a file imports. */
export function targetsOf(file: string, { types }: { types: boolean }): string[] {
  const found = importsOf(file).filter((one) => types || !one.isType)
  return found.flatMap((one) => targetOf(one) ?? [])
}

export function isTest(path: string): boolean {
  return /\.(test|slow)\.ts$/.test(path)
}

/** What is run, shipped or deployed, without its tests. */
export const product = [...code].filter((path) => path.startsWith('src/') && !isTest(path))

export function withoutComments(text: string): string {
  // The path of a route may end with `/*`, within a text.
  return text.replace(/(^|\s)\/\*[\s\S]*?\*\//gm, '$1').replace(/(^|\s)\/\/.*$/gm, '$1')
}
