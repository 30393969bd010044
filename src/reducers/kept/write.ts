import { setImmediate as nextTurn } from 'node:timers/promises'
import { StorageError } from '../../error/storage-error'
import { comparableId } from '../../event/person-id'
import type { DocumentPut, DocumentStore } from '../../platform/document-store'
import { segmentOf } from '../../rosters/keys'
import type { Done } from '../run/live-document'
import type { Held, Kept, Needed, Ripe } from '../worker/protocol'
import type { Runner } from '../worker/runner'
import { keyOf, MEMBERS } from './places'
import { JSON_TYPE } from './state-document'

// Read, reduced and written together: a few megabytes at a time, usually all of a batch.
const DOCUMENTS_AT_ONCE = 1000
const BYTES_AT_ONCE = 16 * 1024 * 1024
// Each is a call on AWS; the client opens fifty connections.
const READS_AT_A_TIME = 16
// A durable write of so many takes some milliseconds, after which senders have their turn.
const WRITES_AT_A_TIME = 64
// A state of a source is written by every shard of the stream, each some times a second.
const MAX_TRIES = 20
const WAIT_MS = 25

type Documents = Pick<DocumentStore, 'get' | 'putAll'>

/** Is told how reducers fared with a document, once that is kept. */
export type Told = (
  ripe: Pick<Ripe, 'isTooLarge' | 'isDamaged'> & { done: readonly Done[] },
) => void

/**
 * Takes the events of a job into the documents that it needs, again where others wrote them meanwhile.
 * @throws {StorageError} some are written; the same job does the rest
 */
export async function writeThrough(
  needed: readonly Needed[],
  documents: Documents,
  runner: Pick<Runner, 'reduce'>,
  told: Told,
): Promise<void> {
  let waiting = [...needed]
  for (let tries = 0; waiting.length > 0; tries += 1) {
    if (tries === MAX_TRIES) throw new StorageError(BUSY, { isRetriable: true })
    if (tries > 0) await pause(Math.random() * WAIT_MS * tries)
    const again: Needed[] = []
    while (waiting.length > 0) {
      const held = await readSome(waiting, documents)
      const some = waiting.slice(0, held.length)
      waiting = waiting.slice(held.length)
      const ripe = await runner.reduce(held)
      const kept = await write(ripe, documents, told)
      for (const [at, one] of ripe.entries()) {
        if (kept[at]!.etag !== undefined || one.bytes === undefined) continue
        if (one.etag !== undefined && !kept[at]!.isThere)
          throw new StorageError(GONE, { isRetriable: true })
        again.push(some[at]!)
      }
    }
    waiting = again
  }
}

const BUSY = 'states are written by too many at once'
// Its person was erased, and so were events in hand: whoever gave them reads again what there is.
const GONE = 'a state was deleted while events were taken into it'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Reads documents until they are enough for one turn. */
export async function readSome(
  needed: readonly Needed[],
  documents: Pick<Documents, 'get'>,
): Promise<Held[]> {
  const held: Held[] = []
  let bytes = 0
  const some = needed.slice(0, DOCUMENTS_AT_ONCE)
  while (held.length < some.length && bytes < BYTES_AT_ONCE) {
    const next = some.slice(held.length, held.length + READS_AT_A_TIME)
    const read = await Promise.all(
      next.map(async ({ planned, tenantId, of }): Promise<Held> => {
        const found = await documents.get(tenantId, keyOf(of))
        return { planned, document: found && { bytes: found.bytes, etag: found.etag } }
      }),
    )
    held.push(...read)
    bytes += read.reduce((sum, { document }) => sum + (document?.bytes.length ?? 0), 0)
    // A store in this process answers at once: others would not have a turn.
    await nextTurn()
  }
  return held
}

/**
 * Writes documents, each unless another stands where it was.
 * @returns for each its etag, which is undefined where it was not written, and whether one is there
 * @throws {StorageError} some are written
 */
export async function write(
  ripe: readonly Ripe[],
  documents: Pick<Documents, 'putAll'>,
  told: Told,
): Promise<(Kept & { isThere: boolean })[]> {
  const outcomes = ripe.map(({ tenantId, of, etag, bytes, isTooLarge }) => {
    const isKept = bytes === undefined && !isTooLarge
    return { tenantId, of, etag: isKept ? etag : undefined, isThere: true }
  })
  const byTenant = Map.groupBy(ripe.keys(), (at) => ripe[at]!.tenantId)
  for (const [tenantId, places] of byTenant) {
    // First, so that nobody is in a group and not found there, whatever happens in between.
    const members = places.flatMap((at) => membersOf(ripe[at]!))
    for (const some of chunksOf(distinct(members))) {
      await documents.putAll(tenantId, some)
      await nextTurn()
    }
    for (const some of chunksOf(places.filter((at) => ripe[at]!.bytes !== undefined))) {
      const stored = await documents.putAll(
        tenantId,
        some.map((at) => putOf(ripe[at]!)),
      )
      for (const [index, outcome] of stored.entries()) {
        const at = some[index]!
        const isStored = outcome.kind === 'stored'
        outcomes[at]!.etag = isStored ? outcome.etag : undefined
        outcomes[at]!.isThere = outcome.etag !== undefined
      }
      await nextTurn()
    }
  }
  for (const [at, one] of ripe.entries()) {
    if (one.bytes === undefined || outcomes[at]!.etag !== undefined) told(one)
  }
  return outcomes
}

function putOf({ of, bytes, etag }: Ripe): DocumentPut {
  const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag }
  return { key: keyOf(of), content: { bytes: bytes!, contentType: JSON_TYPE }, condition }
}

/** Notes that a learner has a state with events of courses and groups. */
function membersOf({ of, newPlaces }: Ripe): DocumentPut[] {
  if (!('learner' in of)) return []
  const { learner } = of
  return newPlaces.map((place) => {
    const key = [...MEMBERS, segmentOf(place), segmentOf(comparableId(learner))]
    const bytes = Buffer.from(JSON.stringify({ place, learner }))
    return { key, content: { bytes, contentType: JSON_TYPE } }
  })
}

function distinct(puts: readonly DocumentPut[]): DocumentPut[] {
  return [...new Map(puts.map((put) => [JSON.stringify(put.key), put])).values()]
}

function* chunksOf<Item>(items: readonly Item[]): Iterable<Item[]> {
  for (let at = 0; at < items.length; at += WRITES_AT_A_TIME) {
    yield items.slice(at, at + WRITES_AT_A_TIME)
  }
}
