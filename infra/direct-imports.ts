import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A member of a module: the module that has it, and its name there. */
interface Member {
  path: string
  name: string
}

type Locate = (path: string, importer: string) => Promise<string | undefined>

const NAMESPACE = 'direct import'
// A module of this namespace has what an index declares itself, beside what it hands on.
const OWN = 'own members of an index'
const HANDED_ON = /^export (?:\*(?: as \w+)?|\{[^}]*\}) from "[^"]+";?$/gm
// These have an index of what clients share, or of more operations than are called.
const INDICES = /^@smithy\/core(?:\/|$)|^@aws-sdk\/(?:core(?:\/|$)|client-dynamodb$)/
const others = Symbol('resolved by the others')

/**
 * Leads what is imported of the SDK to the module that has it, past the index that names everything. esbuild
 * has a start read all that its modules reach and that anybody needs: by an index, the client of DynamoDB
 * reaches what only that of S3 needs, such as XML.
 */
export const directImports: import('esbuild').Plugin = {
  name: 'direct imports',
  setup({ onResolve, onLoad, resolve }) {
    const located = new Map<string, Promise<string | undefined>>()
    const locate: Locate = (path, importer) => {
      if (path.startsWith('.')) return Promise.resolve(fileAt(join(dirname(importer), path)))
      const key = `${path} ${packageOf(importer)}`
      const found = located.get(key) ?? byOthers(path, importer)
      located.set(key, found)
      return found
    }
    async function byOthers(path: string, importer: string) {
      const from = { importer, resolveDir: dirname(importer), kind: 'import-statement' as const }
      const { errors, external, ...found } = await resolve(path, { ...from, pluginData: others })
      const isFile = errors.length === 0 && !external && found.namespace === 'file'
      return isFile ? found.path : undefined
    }

    // Each call of a plugin costs, and there are thousands of imports: only these are looked at.
    onResolve({ filter: INDICES }, async ({ path, importer, ...from }) => {
      const isImport = from.kind === 'import-statement' && ['file', OWN].includes(from.namespace)
      if (!isImport || from.pluginData === others) return undefined
      const index = await locate(path, importer)
      const names = namesTaken(read(importer), path)
      if (index === undefined || names === undefined || !isIndex(index)) return undefined
      const members = await Promise.all(names.map((name) => findMember(name, index, locate)))
      if (members.includes(undefined)) return undefined
      const contents = names.map((name, at) => {
        const { path, name: own } = members[at]!
        const from = isIndex(path) ? `${OWN}:${path}` : path
        return `export { ${own} as ${name} } from ${JSON.stringify(from)}`
      })
      const suffix = `?${names}`
      return {
        ...{ path: index, suffix, namespace: NAMESPACE, sideEffects: false },
        pluginData: contents.join('\n'),
      }
    })
    onResolve({ filter: new RegExp(`^${OWN}:`) }, ({ path }) => {
      return { path: path.slice(OWN.length + 1), namespace: OWN, sideEffects: false }
    })
    onLoad({ filter: /./, namespace: OWN }, ({ path }) => ({
      contents: read(path).replaceAll(HANDED_ON, ''),
      resolveDir: dirname(path),
    }))
    // There is one of each, whoever takes all of an index.
    onLoad({ filter: /\/dist-es\/.*index\.js$/, namespace: 'file' }, ({ path }) => {
      if (!isIndex(path)) return undefined
      const contents = [...read(path).match(HANDED_ON)!, `export * from "${OWN}:${path}"`]
      return { contents: contents.join('\n'), resolveDir: dirname(path) }
    })
    onLoad({ filter: /./, namespace: NAMESPACE }, ({ pluginData: contents, path }) => ({
      contents,
      resolveDir: dirname(path),
    }))
  },
}

const texts = new Map<string, string>()

function read(path: string): string {
  const text = texts.get(path) ?? readFileSync(path, 'utf8')
  texts.set(path, text)
  return text
}

/** Finds the file that a path without an ending means. */
function fileAt(path: string): string | undefined {
  return [path, `${path}.js`, `${path}/index.js`].find(
    (one) => /\.js$/.test(one) && existsSync(one),
  )
}

/** Returns the folder of the package that a module is of; packages may have others of their own. */
const packageOf = (path: string) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? ''

const isOfSdk = (path: string) => /\/node_modules\/@(?:smithy|aws-sdk)\//.test(path)

/** Tells an index: a module of the SDK that hands on what others have. */
function isIndex(path: string): boolean {
  return isOfSdk(path) && path.endsWith('.js') && /^export (?:\*|\{[^}]*\}) from/m.test(read(path))
}

/** Lists what a module imports from another, by the names there; undefined where it takes all of it. */
function namesTaken(text: string, from: string): string[] | undefined {
  const names: string[] = []
  const quoted = from.replaceAll(/[.\\/]/g, '\\$&')
  for (const [, clause] of text.matchAll(clausesFrom(quoted))) {
    if (clause!.startsWith('type ')) continue
    const listed = /^\{([^}]*)\}\s*$/.exec(clause!)?.[1]
    if (listed === undefined) return undefined
    names.push(...pairsOf(listed).map(([name]) => name))
  }
  return names.length > 0 ? [...new Set(names)].sort() : undefined
}

const clausesFrom = (quoted: string) =>
  new RegExp(`^(?:import|export)\\s+([^'"();]*?)\\s*from\\s*['"]${quoted}['"]`, 'gm')

/** Reads `a, b as c, type D` as pairs of both names, without what is a type. */
function pairsOf(listed: string): [name: string, as: string][] {
  const items = listed.split(',').map((item) => item.trim())
  return items
    .filter((item) => item !== '' && !item.startsWith('type '))
    .map((item) => {
      const [name, as = name] = item.split(/\s+as\s+/) as [string, string?]
      return [name, as]
    })
}

/** Finds the module that has a member, from the index that names it on. */
async function findMember(name: string, path: string, locate: Locate): Promise<Member | undefined> {
  const text = read(path)
  const declared = new RegExp(
    `^export (?:async )?(?:const|let|var|class|function\\*?) ${name.replaceAll('$', '\\$')}(?![\\w$])`,
    'm',
  )
  if (declared.test(text)) return { path, name }
  for (const [, listed, from] of text.matchAll(/^export \{([^}]*)\}(?: from "([^"]+)")?/gm)) {
    const own = pairsOf(listed!).find(([, as]) => as === name)?.[0]
    if (own === undefined) continue
    if (from !== undefined) return inside(own, from)
    return (await imported(own)) ?? { path, name }
  }
  for (const [, from] of text.matchAll(/^export \* from "([^"]+)"/gm)) {
    const member = await inside(name, from!)
    if (member !== undefined) return member
  }
  return undefined

  /** Follows what a module imports in one statement and exports in another. */
  async function imported(as: string) {
    for (const [, listed, from] of text.matchAll(/^import \{([^}]*)\} from "([^"]+)"/gm)) {
      const own = pairsOf(listed!).find(([, one]) => one === as)?.[0]
      if (own !== undefined) return inside(own, from!)
    }
    return undefined
  }

  async function inside(own: string, from: string) {
    const at = await locate(from, path)
    return at === undefined ? undefined : findMember(own, at, locate)
  }
}
