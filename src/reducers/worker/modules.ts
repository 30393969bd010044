import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Modules are these files of the folder itself; what they import may stand anywhere. */
const MODULE = /(?<!\.d|\.test|\.spec)\.(?:ts|mts|js|mjs)$/
const MAX_MODULES = 200

export interface Modules {
  files: { path: string; origin: string }[]
  /** Says why there are none, or not all. */
  problem?: string | undefined
  /** It is another once a file was added, removed or written. */
  state: string
}

/** Lists the modules of a folder, by name. */
export function modulesIn(folder: string): Modules {
  const root = resolve(folder)
  try {
    const names = readdirSync(root)
      .filter((name) => MODULE.test(name))
      .sort()
    const files = names
      .slice(0, MAX_MODULES)
      .map((name) => ({ path: join(root, name), origin: name }))
    const state = files.map(({ path, origin }) => {
      const { mtimeMs, size } = statSync(path)
      return [origin, mtimeMs, size]
    })
    const problem =
      names.length > MAX_MODULES
        ? `NONIUS_REDUCERS has ${names.length} modules; the first ${MAX_MODULES} are loaded.`
        : undefined
    return { files, problem, state: JSON.stringify(state) }
  } catch (error) {
    const { code } = error as { code?: string }
    const problem = `NONIUS_REDUCERS: the folder ${JSON.stringify(folder)} cannot be read (${code}).`
    return { files: [], problem, state: '' }
  }
}
