import { issueKey } from '../../src/access/keys/key'
import type { Clock } from '../../src/platform/clock'
import type { Registry } from '../../src/platform/registry'
import type { TestApp } from './app'

interface Needs {
  registry: Registry
  clock: Clock
  /** The key of the demo source. */
  demo: string
}

/** How tests come by keys, whatever the app stands on. */
export function keyring({
  registry,
  clock,
  demo,
}: Needs): Pick<TestApp, 'as' | 'issue' | 'revoke'> {
  return {
    as: (key = demo) => ({ Authorization: `Bearer ${key}` }),

    async issue(scopes, tenantId = 'default', more = {}) {
      const grant = { tenantId, sourceId: 'demo', name: scopes.join(' '), scopes, ...more }
      return (await issueKey(registry, grant, { at: clock.now() })).key
    },

    async revoke(key) {
      const keysOfTenant = await registry.keys.list('default')
      const { keyId } = keysOfTenant.find(({ hint }) => key.startsWith(hint))!
      await registry.keys.revoke('default', keyId, clock.now().toISOString())
    },
  }
}
