import { InvalidArgumentError } from 'commander'
import { SOURCE_ID } from '../access/keys/sources'
import type { Registry } from '../platform/registry'
import type { Source } from '../platform/registry/sources'

/** Reads the value of `--source`. */
export function readSourceId(id: string): string {
  if (SOURCE_ID.test(id)) return id
  throw new InvalidArgumentError('A source is named by 1 to 64 letters, digits and . _ -')
}

/** Adds a source that is not there yet, named by its id; one that is there stays as it is. */
export async function addSourceOnce(
  { sources }: Pick<Registry, 'sources'>,
  { tenantId, sourceId }: Pick<Source, 'tenantId' | 'sourceId'>,
  now: Date,
): Promise<void> {
  if ((await sources.get(tenantId, sourceId)) !== undefined) return
  await sources.put({ tenantId, sourceId, name: sourceId, createdAt: now.toISOString() })
}
