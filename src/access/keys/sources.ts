import type { Clock } from '../../platform/clock'
import type { Source, Sources } from '../../platform/registry/sources'
import { rememberFound } from './remember'

// The same as for keys: a changed setting takes effect within five seconds everywhere.
const CACHE_MS = 5_000
// Sources that send at one time; beyond it the oldest is looked up again.
const CACHE_SOURCES = 1_000
// A source with twenty signing keys, certificates included, is some 100 KB; few have any.
const CACHE_BYTES = 8 * 1024 * 1024

/**
 * A source id becomes a column of the lake and part of addresses, so it is a plain word. `nonius` is the
 * source of its own records (`event/own.ts`).
 */
export const SOURCE_ID = /^(?!nonius$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Finds a source. @returns undefined for one that nobody registered: it has no settings */
export type FindSource = (tenantId: string, sourceId: string) => Promise<Source | undefined>

/** The settings of the source that sends, without a look-up for each request. */
export function rememberSources({
  registry,
  clock,
}: {
  registry: { sources: Pick<Sources, 'get'> }
  clock: Pick<Clock, 'monotonic'>
}): FindSource {
  const bounds = { clock, forMs: CACHE_MS, maxEntries: CACHE_SOURCES, maxBytes: CACHE_BYTES }
  return rememberFound(bounds, (tenantId, sourceId) => registry.sources.get(tenantId, sourceId))
}
