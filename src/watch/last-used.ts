import { later } from '../platform/arrivals'
import type { ApiKey } from '../platform/registry/keys'
import type { SourceActivity } from '../platform/source-activity'

/** Adds to keys when each was last used: within ten seconds of the truth, absent when never. */
export async function withLastUse<Key extends Pick<ApiKey, 'keyId' | 'tenantId'>>(
  keys: readonly Key[],
  tenantId: string,
  activity: Pick<SourceActivity, 'read'>,
): Promise<(Key & { lastUsedAt?: string })[]> {
  const used = new Map<string, string>()
  for (const { keyId, lastUsedAt } of await activity.read(tenantId, new Date())) {
    used.set(keyId, later(used.get(keyId), lastUsedAt)!)
  }
  return keys.map((key) => {
    const lastUsedAt = used.get(key.keyId)
    return { ...key, ...(lastUsedAt !== undefined && { lastUsedAt }) }
  })
}
