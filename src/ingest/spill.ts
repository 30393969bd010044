import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Reading } from '../event/reading'
import type { BlobStore } from '../platform/blob-store'
import type { Arrival } from './keep'
import { holdToTheTextWith } from './steps/hold-to-the-text'

/** A request that waits in the blob store, read and judged as on its arrival. */
export interface SpilledRequest {
  reading: Omit<Reading, 'explain'>
  arrival: Omit<Arrival, 'mode' | 'storedAt'>
}

/** Where they wait, the oldest first: `spill/<yyyy-mm-dd>/<hh>/<receivedAt>-<id>`. */
export const SPILL_PREFIX = 'spill/'

// So that what is read again can one day be written otherwise.
const FORM = 1

const zip = promisify(gzip)
const unzip = promisify(gunzip)

/** Puts a whole request where it does not depend on the hot store. */
export function createSpill(blobs: Pick<BlobStore, 'put'>) {
  /** Resolves once it is durable. @throws {StorageError} */
  return async function spill(reading: Reading, arrival: Arrival): Promise<void> {
    const { receivedAt } = arrival
    const [day, hour] = [receivedAt.slice(0, 10), receivedAt.slice(11, 13)]
    const key = `${SPILL_PREFIX}${day}/${hour}/${receivedAt}-${randomUUID()}`
    const text = JSON.stringify({ form: FORM, ...spilled(reading, arrival) })
    await blobs.put(key, await zip(text))
  }
}

/** @throws when it is none that was spilled */
export async function readSpilled(bytes: Uint8Array): Promise<SpilledRequest> {
  const { form, ...request } = JSON.parse((await unzip(bytes)).toString())
  if (form !== FORM) throw new Error(`A spilled request of form ${form} cannot be read`)
  return request
}

/** What a strict source's items are refused for is found here: later, the standard is out of reach. */
function spilled(reading: Reading, { mode = 'lenient', storedAt: _, ...arrival }: Arrival) {
  const holdToTheText = holdToTheTextWith({ mode, reading })
  const items = reading.items.map((item) =>
    'event' in item ? (holdToTheText(item) ?? item) : item,
  )
  const { standard, context } = reading
  const request: SpilledRequest = { reading: { standard, context, items }, arrival }
  return request
}
