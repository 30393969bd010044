import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { StorageError } from '../error/storage-error'
import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { BlobStore } from '../platform/blob-store'
import type { Log } from '../telemetry/log'
import type { Origin } from './arrival'
import { enforceStrictWith } from './enforce-strict'
import { acknowledgeForLater } from './steps/acknowledge'

/** A request that waits in the blob store, read and judged as on its arrival. */
export interface SpilledRequest {
  reading: Omit<Reading, 'explain'>
  arrival: Omit<Origin, 'mode' | 'storedAt'>
}

/** Where they wait, the oldest first: `spill/<yyyy-mm-dd>/<hh>/<receivedAt>-<id>`. */
export const SPILL_PREFIX = 'spill/'

// A number in each, so that the form of later ones can change.
const FORM = 1

const zip = promisify(gzip)
const unzip = promisify(gunzip)

interface Needs {
  /** Left out, nothing is spilled. */
  spill?: Pick<BlobStore, 'put'> | undefined
  log: Log
}

/** Puts a whole request where it does not depend on the hot store, when that has failed. */
export function createSpill({ spill: blobs, log }: Needs) {
  /**
   * @param thrown by a step; the failure of a store is what spilling helps against
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
      const text = JSON.stringify({ form: FORM, ...spilled(reading, origin) })
      await blobs.put(keyFor(origin), await zip(text))
    } catch (cause) {
      const message = `${thrown.message}; and it cannot be spilled: ${(cause as Error).message}`
      // Whatever ails the stores, the request is whole and may come again.
      throw new StorageError(message, { isRetriable: true, cause })
    }
    const { requestId } = origin.server
    log.error(`a request was spilled: ${thrown.message}`, { requestId })
    return acknowledgeForLater(origin, reading.items.length)
  }
}

function keyFor({ receivedAt }: Origin): string {
  const [day, hour] = [receivedAt.slice(0, 10), receivedAt.slice(11, 13)]
  return `${SPILL_PREFIX}${day}/${hour}/${receivedAt}-${randomUUID()}`
}

/** @throws when it is none that was spilled */
export async function readSpilled(bytes: Uint8Array): Promise<SpilledRequest> {
  const { form, ...request } = JSON.parse((await unzip(bytes)).toString())
  if (form !== FORM) throw new Error(`A spilled request of form ${form} cannot be read`)
  return request
}

/** The items of a strict source are judged before they wait: later, the standard is out of reach. */
function spilled(reading: Reading, origin: Origin): SpilledRequest {
  const { mode = 'lenient', storedAt: _, ...arrival } = origin
  const enforceStrict = enforceStrictWith({ mode, reading })
  const items = reading.items.map((item) =>
    'event' in item ? (enforceStrict(item) ?? item) : item,
  )
  const { standard, context } = reading
  return { reading: { standard, context, items }, arrival }
}
