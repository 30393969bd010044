import { StorageError } from '../../error/storage-error'
import { comparableId } from '../../event/person-id'
import type { DocumentPut, DocumentStore, StoredDocument } from '../../platform/document-store'
import { segmentOf } from '../../rosters/keys'
import type { Reduced } from '../run/reduce-document'
import type { Held, Planned } from '../worker/protocol'
import type { Runner } from '../worker/runner'
import { keyOf, MEMBERS } from './places'
import { JSON_TYPE } from './state-document'

// Read, reduced and written together: a few megabytes at a time, usually all of a batch.
const DOCUMENTS_AT_ONCE = 1000
const BYTES_AT_ONCE = 16 * 1024 * 1024
// A state of a source is written by every shard of the stream, each some times a second.
const MAX_TRIES = 20
const WAIT_MS = 25

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'putAll'>
  runner: Pick<Runner, 'reduce'>
}

/**
 * Takes the events of a job into the documents that it planned, again where others wrote them meanwhile.
 * @throws {StorageError} some are written; the same job does the rest
 */
export async function writeStates(
  planned: readonly Planned[],
  needs: Needs,
  told: (reduced: Reduced) => void,
): Promise<void> {
  const byTenant = Map.groupBy(planned.keys(), (at) => planned[at]!.tenantId)
  for (const [tenantId, places] of byTenant) {
    let waiting = [...places]
    for (let tries = 0; waiting.length > 0; tries += 1) {
      if (tries === MAX_TRIES) {
        throw new StorageError('states are written by too many at once', { isRetriable: true })
      }
      if (tries > 0)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * WAIT_MS * tries))
      const again: number[] = []
      while (waiting.length > 0) {
        const { held, left } = await readSome(tenantId, waiting, planned, needs)
        waiting = left
        again.push(...(await takeIn(tenantId, held, planned, needs, told)))
      }
      waiting = again
    }
  }
}

type Read = { planned: number; document: StoredDocument | undefined }

/** Reads documents until they are enough for one turn. */
async function readSome(
  tenantId: string,
  waiting: readonly number[],
  planned: readonly Planned[],
  { documents }: Needs,
) {
  const held: Read[] = []
  let bytes = 0
  const some = waiting.slice(0, DOCUMENTS_AT_ONCE)
  while (held.length < some.length && bytes < BYTES_AT_ONCE) {
    const next = some.slice(held.length, held.length + READS_AT_A_TIME)
    const read = await Promise.all(
      next.map(async (at) => {
        return { planned: at, document: await documents.get(tenantId, keyOf(planned[at]!.of)) }
      }),
    )
    held.push(...read)
    bytes += read.reduce((sum, { document }) => sum + (document?.size ?? 0), 0)
  }
  return { held, left: waiting.slice(held.length) }
}

// Each is a call on AWS; the client opens fifty connections.
const READS_AT_A_TIME = 16

/** @returns those that somebody else has written meanwhile */
async function takeIn(
  tenantId: string,
  held: readonly Read[],
  planned: readonly Planned[],
  { documents, runner }: Needs,
  told: (reduced: Reduced) => void,
): Promise<number[]> {
  const asked: Held[] = held.map(({ planned: at, document }) => ({
    ...{ planned: at, bytes: document?.bytes },
  }))
  const reduced = await runner.reduce(asked)
  const members: DocumentPut[] = []
  const puts: (DocumentPut & { at: number; reduced: Reduced })[] = []
  for (const [index, one] of reduced.entries()) {
    const { planned: at, document } = held[index]!
    const { of } = planned[at]!
    if (one.bytes === undefined) {
      told(one)
      continue
    }
    if ('learner' in of) members.push(...one.newPlaces.map((place) => memberOf(place, of.learner)))
    const condition = document ? { ifMatch: document.etag } : ({ ifNoneMatch: '*' } as const)
    const content = { bytes: one.bytes, contentType: JSON_TYPE }
    puts.push({ at, reduced: one, key: keyOf(of), content, condition })
  }
  // First, so that nobody is in a group and not found there, whatever happens in between.
  if (members.length > 0) await documents.putAll(tenantId, distinct(members))
  const outcomes = await documents.putAll(
    tenantId,
    puts.map(({ key, content, condition }) => ({ key, content, condition })),
  )
  const again: number[] = []
  for (const [index, outcome] of outcomes.entries()) {
    const { at, reduced: one } = puts[index]!
    const wasThere = held.some(({ planned: one, document }) => one === at && document !== undefined)
    if (outcome.kind === 'stored') told(one)
    else if (wasThere && outcome.etag === undefined)
      throw new StorageError(GONE, { isRetriable: true })
    else again.push(at)
  }
  return again
}

// Its person was erased, and so were events in hand: whoever gave them reads again what there is.
const GONE = 'a state was deleted while events were taken into it'

/** Notes that a learner has a state with events of a course or group. */
function memberOf(place: string, learner: string): DocumentPut {
  const key = [...MEMBERS, segmentOf(place), segmentOf(comparableId(learner))]
  const bytes = Buffer.from(JSON.stringify({ place, learner }))
  return { key, content: { bytes, contentType: JSON_TYPE } }
}

function distinct(puts: readonly DocumentPut[]): DocumentPut[] {
  return [...new Map(puts.map((put) => [JSON.stringify(put.key), put])).values()]
}
