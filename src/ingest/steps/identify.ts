import type { FindSource } from '../../access/keys/sources'
import type { Clock } from '../../platform/clock'
import type { Source } from '../../platform/registry/sources'
import type { StandardFacts } from '../../standards/standard'
import type { Arrival, Origin, ReadBy } from '../arrival'
import type { FindTypes } from '../event-types'

/** This is everything that is known of an arrival before its body is read. */
export interface Identified {
  origin: Origin
  /** The source has its settings; it is undefined when nobody registered it. */
  source: Source | undefined
  /** Its items are read by this beside their text. */
  by: ReadBy
}

interface Needs {
  findSource: FindSource
  /** Left out, nothing is read by types. */
  findTypes?: FindTypes
  clock: Clock
}

/** Finds the settings of the source that sends, its types where its standard has any, and notes the time. */
export function identifyWith({ findSource, findTypes, clock }: Needs) {
  return async function identify({
    sender: { from: _, ...sender },
    standard,
    linesBefore,
  }: Pick<Arrival, 'sender' | 'standard' | 'linesBefore'>): Promise<Identified> {
    const source = await findSource(sender.tenantId, sender.sourceId)
    const receivedAt = clock.now().toISOString()
    const { mode, duplicates } = source ?? {}
    const types = standard.hasTypes ? await findTypes?.(sender.tenantId, source) : undefined
    const by = { receivedAt, types, linesBefore, requestId: sender.server.requestId }
    return { origin: { ...sender, receivedAt, mode, duplicates }, source, by }
  }
}

/**
 * Adds the dialect of a source to the context that its items are read by, where its door says none.
 * What is quarantined keeps it, so that a replay reads alike.
 */
export function inDialect<Context extends Record<string, string> | undefined>(
  context: Context,
  { hasDialects }: Pick<StandardFacts, 'hasDialects'>,
  source: Pick<Source, 'dialect'> | undefined,
): Context | Record<string, string> {
  const { dialect } = source ?? {}
  if (hasDialects !== true || dialect === undefined || context?.dialect !== undefined)
    return context
  return { ...context, dialect }
}
