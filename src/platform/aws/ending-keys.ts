import type { Clock } from '../clock'
import type { Keys } from '../registry/keys'
import type { EndWithKey } from './connections/end-with-key'

interface Needs {
  /** Opens what ends connections, when the first key ends. */
  opened(): Promise<EndWithKey>
  clock: Pick<Clock, 'now'>
  /** Is told when connections go on: whatever they send is refused, and nothing is posted to them. */
  failed(reason: string): void
}

/** Has the connections of a key end with it: nobody else could tell them. */
export function endingConnections(keys: Keys, { opened, clock, failed }: Needs): Keys {
  async function endAll(tenantId: string, keyId: string) {
    try {
      await (await opened())(tenantId, keyId)
    } catch (error) {
      failed((error as Error).message)
    }
  }

  return {
    ...keys,

    async revoke(tenantId, keyId, at) {
      const isRevoked = await keys.revoke(tenantId, keyId, at)
      if (isRevoked) await endAll(tenantId, keyId)
      return isRevoked
    },

    async retire(tenantId, keyId, retirement) {
      const isRetired = await keys.retire(tenantId, keyId, retirement)
      const hasEnded = Date.parse(retirement.expiresAt) <= clock.now().getTime()
      if (isRetired && hasEnded) await endAll(tenantId, keyId)
      return isRetired
    },
  }
}
