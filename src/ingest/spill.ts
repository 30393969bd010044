import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { StorageError } from '../error/storage-error'
import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { Spill } from '../platform/spill'
import { standardNamed } from '../standards'
import type { Log } from '../telemetry/log'
import type { Origin } from './arrival'
import { laneOf, lanePrefix } from './draining'
import { enforceStrictWith } from './enforce-strict'
import { acknowledgeForLater } from './steps/acknowledge'
import { StoreSpared } from './steps/append'

/** A spilled request waits in the blob store, read and checked as on its arrival. */
export interface SpilledRequest {
  reading: Omit<Reading, 'explain' | 'notice'>
  arrival: Omit<Origin, 'mode' | 'storedAt'>
}

// Each spilled request has this number, so that the form of later ones can change.
const FORM = 1

const zip = promisify(gzip)
const unzip = promisify(gunzip)

interface Needs {
  /** Without it, nothing is spilled. */
  spill?: Pick<Spill, 'put'> | undefined
  log: Log
}

/**
 * Stores a whole request where it does not depend on the hot store, when the hot store has failed.
 */
export function createSpill({ spill: blobs, log }: Needs) {
  /**
   * Spills the request of a step that failed.
   * @param thrown the error of the step; spilling helps against the failure of a store
   * @returns the receipt, once the request is durable
   * @throws {unknown} everything else
   * @throws {StorageError} retriable, when the request cannot be spilled either
   */
  return async function spillAfter(
    thrown: unknown,
    reading: Reading,
    origin: Origin,
  ): Promise<Receipt> {
    if (blobs === undefined || !(thrown instanceof StorageError)) throw thrown
    try {
      const untried = thrown instanceof StoreSpared ? reading.items.length : 0
      await blobs.put(
        keyFor(origin, reading),
        await writeSpilled(spilled(reading, origin)),
        untried,
      )
    } catch (cause) {
      const message = `${thrown.message}; and it cannot be spilled: ${(cause as Error).message}`
      // The request is whole and may come again, whatever is wrong with the stores.
      throw new StorageError(message, { isRetriable: true, cause })
    }
    const { requestId } = origin.server
    log.error(`a request was spilled: ${thrown.message}`, { requestId })
    const { items, standard } = reading
    // The answer of a record store is the ids, whenever it can be found by them.
    const ids = standardNamed(standard)?.hasRecordStore ? items.map(({ id }) => id ?? '') : []
    return acknowledgeForLater(origin, items.length, ids)
  }
}

/** Returns a key: those of a lane sort by the time of arrival. */
function keyFor(origin: Origin, reading: Reading): string {
  return `${lanePrefix(laneOf(origin, reading))}${origin.receivedAt}-${randomUUID()}`
}

/** Writes a spilled request as it waits. */
export function writeSpilled(request: SpilledRequest): Promise<Uint8Array> {
  return zip(JSON.stringify({ form: FORM, ...request }))
}

/**
 * Parses a spilled request.
 * @throws when the bytes are not a spilled request
 */
export async function readSpilled(bytes: Uint8Array): Promise<SpilledRequest> {
  const { form, ...request } = JSON.parse((await unzip(bytes)).toString())
  if (form !== FORM) throw new Error(`A spilled request of form ${form} cannot be read`)
  return request
}

/**
 * Makes a spilled request of a reading. The items of a strict source are checked before they wait,
 * because the standard is out of reach later.
 */
function spilled(reading: Reading, origin: Origin): SpilledRequest {
  const { mode = 'lenient', storedAt: _, ...arrival } = origin
  const enforceStrict = enforceStrictWith({ mode, reading })
  const items = reading.items.map((item) =>
    'event' in item ? (enforceStrict(item) ?? item) : item,
  )
  const { standard, context } = reading
  return { reading: { standard, context, items }, arrival }
}
