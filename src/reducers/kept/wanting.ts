import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import type { Registry } from '../../platform/registry'
import { isWanted } from './wanted'

// Whoever asks first waits for what was stored before anyway.
const REMEMBERED_MS = 5000

/** Knows for which tenants events are reduced. */
export interface Wanting {
  /** @throws {StorageError} */
  now(): Promise<'none' | ((tenantId: string) => boolean)>
  /** The next question looks again. */
  forget(): void
}

/** @param tenants left out where all of them want it */
export function createWanting({
  documents,
  clock,
  tenants,
}: {
  documents: Pick<DocumentStore, 'get'>
  clock: Clock
  tenants: Pick<Registry['tenants'], 'list'> | undefined
}): Wanting {
  const wanted = new Set<string>()
  let readAt = Number.NEGATIVE_INFINITY

  async function look(all: Pick<Registry['tenants'], 'list'>) {
    readAt = clock.monotonic()
    for (const { tenantId } of await all.list()) {
      // Nobody ceases to want.
      if (!wanted.has(tenantId) && (await isWanted(documents, tenantId))) wanted.add(tenantId)
    }
  }

  return {
    async now() {
      if (tenants === undefined) return () => true
      if (clock.monotonic() - readAt >= REMEMBERED_MS) await look(tenants)
      return wanted.size === 0 ? 'none' : (tenantId) => wanted.has(tenantId)
    },
    forget() {
      readAt = Number.NEGATIVE_INFINITY
    },
  }
}
