import type { FindSource } from '../access/keys/sources'
import type { FindTenant } from '../access/keys/tenants'
import type { VerifyJws } from '../access/signatures/jws'
import type { ReadEvent } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { SenderVerdicts } from '../governance/blocklist/compile'
import type { Blocklists } from '../governance/blocklist/create'
import type { ConsentSignals } from '../governance/consents/signals'
import type { Governance } from '../governance/governance'
import type { Lease } from '../memory/budget'
import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import type { Source } from '../platform/registry/sources'
import type { Tenant } from '../platform/registry/tenants'
import { eachOf, inTurns, type Steps } from '../syntax/steps'
import type { Log } from '../telemetry/log'
import type { Watch } from '../watch/watch'
import type { Arrival, Origin, Parsed, Part, Readable, ReadBy, Unreadable } from './arrival'
import { isUnreadable } from './arrival'
import { joinReceipts, type PartReceipt } from './batch'
import { assertMaySend } from './blocked'
import type { FindTypes } from './event-types'
import { createIngestReading } from './ingest-reading'
import { contextUnderTerms } from './sender'
import { isAllRefused, mayBeCloudEvent } from './signs'
import { acknowledgeUnread } from './steps/acknowledge'
import { blockWith } from './steps/block'
import { decodeWith } from './steps/decode'
import { identifyWith, inDialect } from './steps/identify'
import { quarantineBodyWith, refusalOf } from './steps/quarantine-body'
import { read } from './steps/read'
import { split } from './steps/split'
import { verifyWith } from './steps/verify'
import { assertAccepted } from './strict'
import type { Unwrapped } from './unwrap'

/*
 * The one way of an event, from the bytes of a request or a message to what its sender is told:
 *
 *   identify › block › decode › verify › split › read                              of a body
 *   refuse › govern › stamp › append › quarantine › count › acknowledge    of each reading in it
 *
 * A body of which nothing can be read is looked at once more, for a wrapper (`unwrap.ts`).
 * Each step is a function in `steps/`. HTTP and WebSockets hand over an arrival; a replay begins at
 * `decode` with a body and at `read` with an item; a spilled request, which was read before, at `refuse`.
 */

/** Budgets are asked before a body is read, and told what was stored. */
export interface IngestBudgets {
  /** @throws {AppError} `rate_limited` */
  admit(tenant: Tenant | undefined, source: Source | undefined): Promise<void>
  stored(tenantId: string, bytes: number): void
}

/** Whoever hears events of trusted sources, before they are governed. */
interface Heard {
  /** @throws {StorageError} then nothing of the request may be kept */
  hear(events: readonly ReadEvent[], origin: Pick<Origin, 'tenantId' | 'receivedAt'>): Promise<void>
}

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
  /** Without it, no policy applies. */
  governance?: Governance | undefined
  /** Without it, nobody is blocked. */
  blocklist?: Pick<Blocklists, 'sender'> | undefined
  /** Without them, nothing has a budget. */
  budgets?: IngestBudgets | undefined
  /** Without it, nobody hears what events say of consent. */
  consentSignals?: Pick<ConsentSignals, 'hear'> | undefined
  /** Without it, nobody hears what events tell of who teaches what. */
  memberships?: Heard | undefined
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
 * @throws {AppError} with `quarantineId` when nothing of the body could be read; `too_large`; `blocked`
 * and `held_back` when its sender is blocked with all of it; what
 * `Arrival.admitItem` throws;
 * `not_conformant` when a strict source sent nothing that could be stored; `quarantine_full`, with
 * the events of the request stored
 * @throws {StorageError} the sender may send all of it again: what was stored is recognised
 */
export type Ingest = (arrival: Arrival) => Promise<Receipt>

export function createIngest(needs: IngestNeeds): Ingest {
  const { platform, findTenant, governance, watch, config, clock, log, verifyJws } = needs
  const identify = identifyWith(needs)
  const block = blockWith({ ...platform, blocklist: needs.blocklist, watch })
  const decode = decodeWith(config)
  const verify = verifyWith({ verifyJws })
  const quarantineBody = quarantineBodyWith({ ...platform, governance, watch, clock })
  const ingestReading = createIngestReading({
    ...platform,
    ...{ findTenant, governance, watch, config, clock, log },
  })

  return async function ingest(given) {
    const { origin, source, by } = await identify(given)
    const verdicts = await block(given.sender, origin)
    const tenant = await findTenant(origin.tenantId)
    await needs.budgets?.admit(tenant, source)
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
      throw refusalOf(await quarantineBody(sent, parsed, sentBy, origin), verdicts?.always)
    }
    const { admitItem, heard } = arrival
    heard?.(parsed, { ...origin, ...by })
    if (admitItem !== undefined) await inTurns(eachOf(readableIn(parsed), admitItem))
    if (source?.tellsConsent || source?.tellsRosters) {
      const events = await heardOf(parsed, verdicts)
      if (source.tellsConsent) await needs.consentSignals?.hear(events, origin)
      if (source.tellsRosters) await needs.memberships?.hear(events, origin)
    }
    const receipt = Array.isArray(parsed)
      ? await ingestBatch(parsed, arrival, origin, verdicts)
      : await ingestReading(parsed, origin, arrival.kept, verdicts)
    if (tenant?.budgets?.hotBytes !== undefined) {
      needs.budgets?.stored(origin.tenantId, storedBytes(parsed, receipt))
    }
    watch?.answered(receipt)
    // A piece of a longer body may be followed by what is not blocked.
    const isWhole = by.linesBefore === undefined || verdicts?.always !== undefined
    if (isWhole && arrival.saysBlocked !== true) assertMaySend(receipt, sizeOf(parsed))
    if (origin.mode === 'strict' && arrival.saysRefusal !== true) assertAccepted(receipt)
    const warnings = isUnreadable(decoded) ? notes : [...decoded.notes, ...notes]
    return {
      ...receipt,
      ...(unwrapped && { unwrapped }),
      ...(warnings.length > 0 && { warnings }),
    }
  }

  async function ingestBatch(
    parts: Part[],
    arrival: Arrival,
    origin: Origin,
    verdicts: SenderVerdicts | undefined,
  ): Promise<Receipt> {
    async function ingestPart(part: Part): Promise<PartReceipt> {
      if ('reading' in part) {
        const receipt = await ingestReading(part.reading, origin, arrival.kept, verdicts)
        return { receipt, size: part.reading.items.length }
      }
      const { text, bytes = text, unreadable } = part
      const quarantined = await quarantineBody(bytes, unreadable, arrival, origin)
      return { receipt: acknowledgeUnread(origin, quarantined), size: 1 }
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

/** Lists the events whose word counts: who may not send grants nobody anything, neither consent nor a class. */
async function heardOf(parsed: Parsed, verdicts: SenderVerdicts | undefined) {
  const events = readableIn(parsed).map(({ event }) => event)
  if (verdicts === undefined) return events
  const { eventFactsOf } = await import('../governance/blocklist/event-facts')
  return events.filter((event) => verdicts.of(eventFactsOf(event, verdicts)) === undefined)
}

function sizeOf(parsed: Parsed): number {
  if (!Array.isArray(parsed)) return parsed.items.length
  return parsed.reduce((sum, part) => sum + ('reading' in part ? part.reading.items.length : 1), 0)
}

function readableIn(parsed: Parsed): Readable[] {
  const parts = Array.isArray(parsed) ? parsed : [{ reading: parsed }]
  const items = parts.flatMap((part) => ('reading' in part ? part.reading.items : []))
  return items.filter((item) => 'event' in item)
}

/** Measures what is stored now and was not before: of a request with duplicates, their share is left out. */
function storedBytes(parsed: Parsed, { eventIds, entityCount, duplicates }: Receipt): number {
  const items = readableIn(parsed)
  const bytes = items.reduce((sum, { event }) => sum + Buffer.byteLength(event.raw), 0)
  const fresh = eventIds.length + entityCount - duplicates
  return items.length === 0 ? 0 : Math.round((bytes * fresh) / items.length)
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
