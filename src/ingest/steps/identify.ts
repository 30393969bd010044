import type { FindSource } from '../../access/keys/sources'
import type { Clock } from '../../platform/clock'
import type { Source } from '../../platform/registry/sources'
import type { Arrival, Origin, ReadBy } from '../arrival'

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
  clock: Clock
}

/** Finds the settings of the source that sends, and notes the time. */
export function identifyWith({ findSource, clock }: Needs) {
  return async function identify({
    sender,
    linesBefore,
  }: Pick<Arrival, 'sender' | 'linesBefore'>): Promise<Identified> {
    const source = await findSource(sender.tenantId, sender.sourceId)
    const receivedAt = clock.now().toISOString()
    const { mode, duplicates } = source ?? {}
    const by = { receivedAt, linesBefore }
    return { origin: { ...sender, receivedAt, mode, duplicates }, source, by }
  }
}
