import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { Clock } from '../platform/clock'
import type { ConformanceCounts } from '../platform/conformance-counts'
import type { EventStore } from '../platform/event-store'
import type { QuarantineStore } from '../platform/quarantine-store'
import { type Arrival, createKeep } from './keep'
import { acknowledge } from './steps/acknowledge'
import { setAsideWith } from './steps/set-aside'
import { tallyOf } from './steps/tally'

interface Needs {
  events: EventStore
  quarantine: QuarantineStore
  /** Left out, nothing is counted. */
  conformance?: Pick<ConformanceCounts, 'add'> | undefined
  config: { hotTtlDays: number }
  clock: Clock
}

/** Who sent it, and when it arrived (by default, now). */
export type Sender = Omit<Arrival, 'receivedAt'> & { receivedAt?: string | undefined }

export type Ingest = (reading: Reading, sender: Sender) => Promise<Receipt>

/** One path for every standard: stamp, append, and into quarantine with what cannot be stored. */
export function createIngest({ events, quarantine, conformance, config, clock }: Needs): Ingest {
  const keep = createKeep({ events, config })

  /**
   * @returns the receipt, once everything it names is durable
   * @throws {StorageError} the sender may send all of it again: what was stored is recognised
   * @throws {AppError} `quarantine_full`, with the events of the request stored
   */
  return async function ingest(reading, { receivedAt = clock.now().toISOString(), ...sender }) {
    const { kept, refused } = await keep(reading, { ...sender, receivedAt })
    const unkept = refused.map(setAsideWith({ ...sender, receivedAt, reading }))
    if (unkept.length > 0) await quarantine.put(unkept)
    conformance?.add(sender, receivedAt, tallyOf(kept, refused))
    return acknowledge(sender, kept, unkept)
  }
}
