import { AppError } from '../../error/app-error'
import { type Scope, scopes } from '../../identity/scope'
import type { Clock } from '../../platform/clock'
import type { Registry } from '../../platform/registry'
import { hashKey, issueKey, usualScopes } from './key'

const tenantId = 'default'
const sourceId = 'demo'
// Who tries it out shall see everything that is done with events; what was sent is the administrator's
// to change.
const demoScopes: readonly Scope[] = usualScopes

interface Options {
  /** Chosen by a person; drawn at random otherwise. */
  demoKey?: string | undefined
  adminKey?: string | undefined
  clock: Clock
}

/**
 * Gives a fresh registry its first tenant, source and keys.
 * @returns the keys, this once; undefined when the registry has them already
 * @throws {AppError} `invalid_request` when both keys are set to the same value
 */
export async function bootstrap(
  registry: Pick<Registry, 'tenants' | 'sources' | 'keys'>,
  options: Options,
): Promise<{ demoKey: string; adminKey: string } | undefined> {
  if (options.demoKey !== undefined && options.demoKey === options.adminKey) {
    throw new AppError('invalid_request', 'The demo key and the admin key must differ.')
  }
  // The demo key is written last: when it is there, a first start ran to its end.
  if ((await registry.keys.list(tenantId)).some((key) => key.name === 'demo')) return

  const at = options.clock.now()
  const createdAt = at.toISOString()
  await registry.tenants.put({ tenantId, name: 'Default', createdAt })
  await registry.sources.put({ tenantId, sourceId, name: 'Demo', createdAt })

  async function issue(name: string, granted: readonly Scope[], chosen: string | undefined) {
    // A first start that was cut short may have stored the chosen key already.
    if (chosen !== undefined && (await registry.keys.findByHash(hashKey(chosen)))) return chosen
    const grant = { tenantId, sourceId, name, scopes: [...granted] }
    return (await issueKey(registry, grant, { at, key: chosen })).key
  }

  const adminKey = await issue('admin', scopes, options.adminKey)
  const demoKey = await issue('demo', demoScopes, options.demoKey)
  return { demoKey, adminKey }
}
