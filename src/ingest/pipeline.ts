import { StorageError } from '../error/storage-error'
import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { BlobStore } from '../platform/blob-store'
import type { Clock } from '../platform/clock'
import type { ConformanceCounts } from '../platform/conformance-counts'
import type { EventStore } from '../platform/event-store'
import type { QuarantineStore } from '../platform/quarantine-store'
import { eachOf, inTurns } from '../syntax/steps'
import type { Log } from '../telemetry/log'
import { type Arrival, createKeep } from './keep'
import { createSpill } from './spill'
import { acknowledge, acknowledgeForLater } from './steps/acknowledge'
import { setAsideWith } from './steps/set-aside'
import { tallyOf } from './steps/tally'

export interface IngestNeeds {
  events: EventStore
  quarantine: QuarantineStore
  /** Left out, nothing is counted. */
  conformance?: Pick<ConformanceCounts, 'add'> | undefined
  /** Left out, a request that the stores cannot take is refused. */
  spill?: Pick<BlobStore, 'put'> | undefined
  config: { hotTtlDays: number }
  clock: Clock
  log: Log
}

/** Who sent it, and when it arrived (by default, now). */
export type Sender = Omit<Arrival, 'receivedAt'> & { receivedAt?: string | undefined }

export type Ingest = (reading: Reading, sender: Sender) => Promise<Receipt>

/** One path for every standard: stamp, append, and into quarantine with what cannot be stored. */
export function createIngest(needs: IngestNeeds): Ingest {
  const { events, quarantine, conformance, config, clock, log } = needs
  const keep = createKeep({ events, config })
  const spill = needs.spill && createSpill(needs.spill)

  async function settle(reading: Reading, arrival: Arrival): Promise<Receipt> {
    const { kept, refused } = await keep(reading, arrival)
    const unkept = await inTurns(eachOf(refused, setAsideWith({ ...arrival, reading })))
    if (unkept.length > 0) await quarantine.put(unkept)
    conformance?.add(arrival, arrival.receivedAt, tallyOf(kept, refused))
    return acknowledge(arrival, kept, unkept)
  }

  /**
   * @returns the receipt, once everything it names is durable: stored, in quarantine or spilled
   * @throws {StorageError} the sender may send all of it again: what was stored is recognised
   * @throws {AppError} `quarantine_full`, with the events of the request stored
   */
  return async function ingest(reading, sender) {
    const arrival = { ...sender, receivedAt: sender.receivedAt ?? clock.now().toISOString() }
    try {
      return await settle(reading, arrival)
    } catch (thrown) {
      if (spill === undefined || !(thrown instanceof StorageError)) throw thrown
      const { requestId } = arrival.server
      await spill(reading, arrival).catch((cause) => {
        const message = `${thrown.message}; and it cannot be spilled: ${(cause as Error).message}`
        // Whatever ails the stores, the request is whole and may come again.
        throw new StorageError(message, { isRetriable: true, cause })
      })
      log.error(`a request was spilled: ${thrown.message}`, { requestId })
      return acknowledgeForLater(arrival, reading.items.length)
    }
  }
}
