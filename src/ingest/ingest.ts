import { setTimeout as wait } from 'node:timers/promises'
import type { FindSource } from '../access/keys/sources'
import type { FindTenant } from '../access/keys/tenants'
import type { VerifyJws } from '../access/signatures/jws'
import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import { loadCommonOf } from '../mapping/load-common'
import type { Lease } from '../memory/budget'
import type { BlobStore } from '../platform/blob-store'
import type { Clock } from '../platform/clock'
import type { ConformanceCounts } from '../platform/conformance-counts'
import type { EventStore } from '../platform/event-store'
import type { ServingPlatform } from '../platform/platform'
import type { QuarantineStore } from '../platform/quarantine-store'
import type { TypeCounts } from '../platform/type-counts'
import { standardNamed } from '../standards'
import { eachOf, inTurns, type Steps } from '../syntax/steps'
import type { Log } from '../telemetry/log'
import type { Watch } from '../watch/watch'
import type {
  Arrival,
  Origin,
  Outcome,
  Parsed,
  Part,
  Readable,
  ReadBy,
  Unreadable,
} from './arrival'
import { isUnreadable } from './arrival'
import { joinReceipts, type PartReceipt } from './batch'
import { countTypesWith } from './count-types'
import type { FindTypes } from './event-types'
import { outcomeOf } from './outcome'
import { createRecordStore, type RecordStoreNeeds } from './record-store'
import { rememberSessions, screened } from './screen'
import { contextUnderTerms } from './sender'
import type { SessionDocuments } from './sessions'
import { isAllRefused, mayBeCloudEvent } from './signs'
import { createSpill } from './spill'
import { acknowledge, acknowledgeUnread } from './steps/acknowledge'
import { appendWith } from './steps/append'
import { countWith } from './steps/count'
import { decodeWith } from './steps/decode'
import { govern } from './steps/govern'
import { identifyWith, inDialect } from './steps/identify'
import { quarantineWith } from './steps/quarantine'
import { quarantineBodyWith, refusalOf } from './steps/quarantine-body'
import { read } from './steps/read'
import { refuse } from './steps/refuse'
import { split } from './steps/split'
import { stampWith } from './steps/stamp'
import { verifyWith } from './steps/verify'
import { assertAccepted } from './strict'
import type { Unwrapped } from './unwrap'

/*
 * The one way of an event, from the bytes of a request or a message to what its sender is told:
 *
 *   identify › decode › verify › split › read                              of a body
 *   refuse › govern › stamp › append › quarantine › count › acknowledge    of each reading in it
 *
 * A body of which nothing can be read is looked at once more, for a wrapper (`unwrap.ts`).
 * Each step is a function in `steps/`. HTTP and WebSockets hand over an arrival; a replay begins at
 * `decode` with a body and at `read` with an item; a spilled request, which was read before, at `refuse`.
 */

export interface IngestNeeds {
  platform: Pick<
    ServingPlatform,
    | 'events'
    | 'quarantine'
    | 'conformance'
    | 'typeCounts'
    | 'spill'
    | 'statements'
    | 'defaultXapi'
    | 'documents'
  >
  findSource: FindSource
  findTenant: FindTenant
  /** Finds the types of native events by which a source is read. */
  findTypes: FindTypes
  /** Without it, nobody is told of what arrives. */
  watch?: Pick<Watch, 'arrived' | 'answered'> | undefined
  config: { hotTtlDays: number; xapiRetentionDays: number; maxBodyBytes: number }
  clock: Clock
  log: Log
  verifyJws: VerifyJws
}

/**
 * Takes one arrival through all steps.
 * @returns the receipt, once everything it names is durable: stored, in quarantine or spilled
 * @throws {AppError} with `quarantineId` when nothing of the body could be read; `too_large`; what
 * `Arrival.admitItem` throws;
 * `not_conformant` when a strict source sent nothing that could be stored; `quarantine_full`, with
 * the events of the request stored
 * @throws {StorageError} the sender may send all of it again: what was stored is recognised
 */
export type Ingest = (arrival: Arrival) => Promise<Receipt>

export function createIngest(needs: IngestNeeds): Ingest {
  const { platform, findTenant, watch, config, clock, log, verifyJws } = needs
  const identify = identifyWith(needs)
  const decode = decodeWith(config)
  const verify = verifyWith({ verifyJws })
  const quarantineBody = quarantineBodyWith({ ...platform, watch, clock })
  const ingestReading = createIngestReading({
    ...platform,
    ...{ findTenant, watch, config, clock, log },
  })

  return async function ingest(given) {
    const { origin, source, by } = await identify(given)
    const arrival = {
      ...given,
      context: inDialect(contextUnderTerms(given), given.standard, source),
    }
    const decoded = await decode(arrival.body)
    const text = isUnreadable(decoded) ? decoded : decoded.text
    const verified = await verify(text, arrival, source)
    const { lease } = arrival.body
    const about = { ...arrival, lease, maxBytes: config.maxBodyBytes }
    const { unwrapped, notes = [], ...found } = await parseWhole(verified, about, by)
    const isBroken = !isUnreadable(decoded) && decoded.isBroken === true
    const parsed = isBroken ? await refuseBroken(found.parsed, decoded.text) : found.parsed

    if (isUnreadable(parsed)) {
      const { body } = arrival
      const sent = sentIn(body)
      const context = { ...arrival.context, ...contextOf(body) }
      const sentBy = { ...arrival, context }
      throw refusalOf(parsed, await quarantineBody(sent, parsed, sentBy, origin))
    }
    const { admitItem, heard } = arrival
    heard?.(parsed, { ...origin, ...by })
    if (admitItem !== undefined) await inTurns(eachOf(readableIn(parsed), admitItem))
    const receipt = Array.isArray(parsed)
      ? await ingestBatch(parsed, arrival, origin)
      : await ingestReading(parsed, origin)
    watch?.answered(receipt)
    if (origin.mode === 'strict' && arrival.saysRefusal !== true) assertAccepted(receipt)
    const warnings = isUnreadable(decoded) ? notes : [...decoded.notes, ...notes]
    return {
      ...receipt,
      ...(unwrapped && { unwrapped }),
      ...(warnings.length > 0 && { warnings }),
    }
  }

  async function ingestBatch(parts: Part[], arrival: Arrival, origin: Origin): Promise<Receipt> {
    async function ingestPart(part: Part): Promise<PartReceipt> {
      if ('reading' in part) {
        const receipt = await ingestReading(part.reading, origin)
        return { receipt, size: part.reading.items.length }
      }
      const { text, bytes = text, unreadable } = part
      const quarantineId = await quarantineBody(bytes, unreadable, arrival, origin)
      return { receipt: acknowledgeUnread(origin, { ...unreadable, quarantineId }), size: 1 }
    }
    // The parts are ingested together, so that they share their durable writes.
    const receipts = await Promise.all(parts.map(ingestPart))
    return joinReceipts({ ...origin, ...origin.server }, receipts)
  }
}

function sentIn(body: Arrival['body']): string | Uint8Array {
  return body.encoding === 'identity' ? body.text : body.bytes
}

/** Collects what has to be known of a body besides its bytes, for it to be decoded again. */
function contextOf(body: Arrival['body']): Record<string, string> {
  if (body.encoding === 'identity') return {}
  const { encoding, charset } = body
  return {
    ...(encoding !== 'unknown' && { contentEncoding: encoding }),
    ...(charset !== undefined && { charset }),
  }
}

function readableIn(parsed: Parsed): Readable[] {
  const parts = Array.isArray(parsed) ? parsed : [{ reading: parsed }]
  const items = parts.flatMap((part) => ('reading' in part ? part.reading.items : []))
  return items.filter((item) => 'event' in item)
}

/** Refuses what holds bytes that are not UTF-8, by code that few bodies need. */
export async function refuseBroken(parsed: Parsed | Unreadable, text: string) {
  const { withoutBroken } = await import('./without-broken')
  return inTurns(withoutBroken(parsed, text))
}

/**
 * Parses a body; one of which nothing could be read is looked at once more, for a wrapper.
 * @throws {AppError} `too_large`
 */
export async function parseWhole(
  verified: string | Unreadable,
  arrival: Parameters<typeof parse>[1] & { lease: Lease; maxBytes: number },
  by: ReadBy,
): Promise<Partial<Unwrapped> & Pick<Unwrapped, 'parsed'>> {
  const isWhole = arrival.standard.onRefusal === 'request'
  if (arrival.form === 'bare' && typeof verified === 'string' && mayBeCloudEvent(verified)) {
    const { unwrap } = await import('./unwrap')
    const found = await unwrap(verified, arrival, by)
    if (found !== undefined) return found
  }
  const parsed = await inTurns(parse(verified, arrival, by))
  // A piece of a longer body is no wrapper.
  if (isWhole || by.linesBefore !== undefined) return { parsed }
  if (typeof verified !== 'string' || !isAllRefused(parsed)) return { parsed }
  const { unwrap } = await import('./unwrap')
  return (await unwrap(verified, arrival, by)) ?? { parsed }
}

/** @throws {AppError} `too_large` */
function* parse(
  verified: string | Unreadable,
  arrival: Pick<Arrival, 'standard' | 'form' | 'context'>,
  by: ReadBy,
): Steps<Parsed | Unreadable> {
  const bodies = yield* split(verified, arrival)
  return yield* read(bodies, arrival, by)
}

interface StoreNeeds extends RecordStoreNeeds {
  events: Pick<EventStore, 'append'>
  /** Whose sessions are is known here. Without them, no session is. */
  documents?: SessionDocuments | undefined
  /** Without it, nothing is counted by type. */
  typeCounts?: Pick<TypeCounts, 'add'> | undefined
}

/**
 * Stores a reading.
 * @throws {StorageError} all of it may be tried again: what was stored is recognised
 */
export type Store = (reading: Reading, origin: Origin) => Promise<Outcome>

/** Stores every item of a reading that can be an event, and tells which items cannot. */
export function createStore(needs: StoreNeeds): Store {
  const { events } = needs
  const append = appendWith({ events, wait, now: () => performance.now(), random: Math.random })
  const underTerms = createRecordStore(needs)
  const countTypes = countTypesWith(needs.typeCounts)

  return async function store(sent, origin) {
    const reading = await screened(sent, origin, needs)
    const { readable, refused } = await inTurns(refuse(reading, origin))
    const governed = govern(readable, origin)
    const isWhole =
      standardNamed(reading.standard)?.onRefusal === 'request' && origin.duplicates !== 'accept'
    const about = { ...origin, standard: reading.standard }
    const commonOf = await loadCommonOf(reading.standard)
    const { appended } = await underTerms(about, async (terms) => {
      const stamp = stampWith({ ...origin, terms, commonOf })
      const records = await inTurns(eachOf(governed, ({ event }) => stamp(event)))
      return { records, appended: await append(records, isWhole) }
    })
    const outcome = outcomeOf(reading, governed, appended, refused)
    await rememberSessions(reading, outcome.stored, origin, needs)
    countTypes(origin, outcome.stored)
    return outcome
  }
}

export interface IngestReadingNeeds extends StoreNeeds {
  quarantine: QuarantineStore
  /** Without it, nothing is counted. */
  conformance?: Pick<ConformanceCounts, 'add'> | undefined
  watch?: Pick<Watch, 'arrived'> | undefined
  /** Without it, a request that the stores cannot take is refused. */
  spill?: Pick<BlobStore, 'put'> | undefined
  log: Log
}

/** Does what `Ingest` does, for a body that has been read. */
export type IngestReading = (reading: Reading, origin: Origin) => Promise<Receipt>

export function createIngestReading(needs: IngestReadingNeeds): IngestReading {
  const store = createStore(needs)
  const quarantine = quarantineWith({ store: needs.quarantine })
  const count = countWith(needs)
  const spillAfter = createSpill(needs)

  async function ingestStored(reading: Reading, origin: Origin): Promise<Receipt> {
    const { stored, refused } = await store(reading, origin)
    const quarantined = await quarantine(refused, reading, origin)
    count(origin, stored, refused)
    return acknowledge(origin, stored, quarantined)
  }

  return (reading, origin) =>
    ingestStored(reading, origin).catch((thrown) => spillAfter(thrown, reading, origin))
}
