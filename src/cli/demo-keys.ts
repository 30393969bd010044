import { issueKey } from '../access/keys/key'
import { senders } from '../demo/demo'
import type { Scope } from '../identity/scope'
import { CommandError } from './failure'
import { dataDirPlace } from './registry-place'

export interface DemoKeys extends AsyncDisposable {
  /** Gives the key that a system of the school sends with. */
  keyOf(sender: string): string
}

interface Options {
  dataDir: string
  /** A key that a person names is used for all of them. */
  key?: string | undefined
  /** If true, sources that are not of the demo are no reason to stop. */
  yes?: true
}

const tenantId = 'default'
const KEY_NAME = 'nonius demo'
const scopes: Scope[] = ['events:write', 'statements/write', 'define']

/**
 * Makes a source and a key for each system of the school, and ends the keys when all is sent.
 * @throws {CommandError} when there are other sources, whose numbers the demo would change
 */
export async function demoKeys(options: Options): Promise<DemoKeys> {
  const { key, yes } = options
  if (key) return { keyOf: () => key, [Symbol.asyncDispose]: async () => {} }
  const file = dataDirPlace.open(options)
  try {
    const { registry } = file
    const known = new Set(['demo', ...senders.map(({ name }) => `demo-${name}`)])
    const others = (await registry.sources.list(tenantId)).filter((one) => !known.has(one.sourceId))
    if (others.length > 0 && !yes) throw new CommandError(amongOthers(others))
    const createdAt = new Date().toISOString()
    const ids: string[] = []
    const keys = new Map<string, string>()
    const end = async () => {
      for (const id of ids) await registry.keys.revoke(tenantId, id, new Date().toISOString())
    }
    // A run that was killed has left its own.
    for (const { keyId, name, revokedAt } of await registry.keys.list(tenantId)) {
      if (name === KEY_NAME && revokedAt === undefined) ids.push(keyId)
    }
    await end()
    for (const { name, title } of senders) {
      const sourceId = `demo-${name}`
      if ((await registry.sources.get(tenantId, sourceId)) === undefined) {
        await registry.sources.put({ tenantId, sourceId, name: title, createdAt })
      }
      const grant = { tenantId, sourceId, name: KEY_NAME, scopes }
      const made = await issueKey(registry, grant, { at: new Date() })
      ids.push(made.record.keyId)
      keys.set(name, made.key)
    }
    return {
      keyOf: (sender) => keys.get(sender)!,
      async [Symbol.asyncDispose]() {
        await end()
        file[Symbol.dispose]()
      },
    }
  } catch (thrown) {
    file[Symbol.dispose]()
    throw thrown
  }
}

function amongOthers(others: readonly { sourceId: string }[]): string {
  const named = others.slice(0, 3).map(({ sourceId }) => sourceId)
  const list = others.length > 3 ? `${named.join(', ')}, …` : named.join(', ')
  return `There are other sources here (${list}), and every query would count the demo's events among theirs: run it on a data folder of its own, or say --yes`
}
