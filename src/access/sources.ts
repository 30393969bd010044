import type { Clock } from '../platform/clock'
import type { Registry, Source } from '../platform/registry'

// As long as keys are remembered: a changed setting takes effect within five seconds everywhere.
const CACHE_MS = 5_000
// Sources that send at one time; beyond it the oldest is looked up again.
const CACHE_SOURCES = 1_000

/** It becomes a column of the lake and part of addresses: a plain word. */
export const SOURCE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** @returns undefined for a source that nobody registered: it has no settings */
export type FindSource = (tenantId: string, sourceId: string) => Promise<Source | undefined>

/** The settings of the source that sends, without a look-up for each request. */
export function rememberSources(needs: {
  registry: Pick<Registry, 'getSource'>
  clock: Clock
}): FindSource {
  const known = new Map<string, { source: Source | undefined; until: number }>()

  return async function findSource(tenantId, sourceId) {
    const name = JSON.stringify([tenantId, sourceId])
    const now = needs.clock.now().getTime()
    const cached = known.get(name)
    if (cached !== undefined && now < cached.until) return cached.source
    known.delete(name)
    const source = await needs.registry.getSource(tenantId, sourceId)
    if (known.size >= CACHE_SOURCES) known.delete(known.keys().next().value ?? '')
    known.set(name, { source, until: now + CACHE_MS })
    return source
  }
}
