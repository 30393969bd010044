import type { VerifyJws } from '../access/signatures/jws'
import { AppError } from '../error/app-error'
import { parsingJson } from '../event/json-body'
import type { ReadItem } from '../event/reading'
import { unbounded } from '../memory/budget'
import type { QuarantinedItem } from '../platform/quarantine-store'
import type { Registry } from '../platform/registry'
import type { PatchOperation } from '../quarantine/patch'
import type { Repaired } from '../quarantine/repair'
import { standardNamed } from '../standards'
import type { Standard } from '../standards/standard'
import { isJson } from '../syntax/is-json'
import { inTurns } from '../syntax/steps'
import { keptBody } from '../wire/kept'
import {
  isUnreadable,
  type Origin,
  type Parsed,
  type Readable,
  type Unreadable,
  unreadableBy,
} from './arrival'
import type { FindTypes } from './event-types'
import { parseWhole, refuseBroken } from './ingest'
import { decodeWith } from './steps/decode'
import { inDialect } from './steps/identify'
import { verifyWith } from './steps/verify'

/** Reads a quarantined item by its standard, as on its arrival, with the changes of a patch. */
export type ReadAgain = (
  item: QuarantinedItem,
  patch: readonly PatchOperation[] | undefined,
) => Promise<ReadAgainResult | Unreadable>

export type ReadAgainResult = { parsed: Parsed } & Pick<Repaired, 'change'> & Pick<Origin, 'optOut'>

interface Needs {
  registry: Pick<Registry, 'sources'>
  findTypes: FindTypes
  config: { maxBodyBytes: number }
  verifyJws: VerifyJws
}

/**
 * Makes a function that takes an item from `read` on, in the context that it came in, and a body
 * from `decode` on.
 */
export function readAgainWith({ registry, findTypes, config, verifyJws }: Needs): ReadAgain {
  const { maxBodyBytes } = config
  const decode = decodeWith(config)
  const verify = verifyWith({ verifyJws })

  async function readBody(
    item: QuarantinedItem,
    standard: Standard,
    patch: readonly PatchOperation[] | undefined,
  ): Promise<ReadAgainResult | Unreadable> {
    const { contentType, encoding: _, charset: __, contentEncoding: ___, ...kept } = item.context
    // A request may bring so much; what it brought may be replayed whole.
    const { mostItems: ____, keptFor: _____, optOut, ...sentBy } = kept
    const source = await registry.sources.get(item.tenantId, item.sourceId)
    const context = inDialect(sentBy, standard, source)
    const arrival = { standard, form: standard.formAgain(contentType), contentType, context }
    const decoded = await decode(keptBody(item))
    const sent = isUnreadable(decoded) ? decoded : decoded.text
    const verified = await verify(sent, arrival, source)
    if (isUnreadable(verified)) return verified
    const { text, change } = await repaired(verified, patch, maxBodyBytes)
    const about = { ...arrival, lease: unbounded, maxBytes: maxBodyBytes }
    const types = standard.hasTypes ? await findTypes(item.tenantId, source) : undefined
    const found = await parseWhole(text, about, { ...item, types })
    const isBroken = !isUnreadable(decoded) && decoded.isBroken === true
    const parsed = isBroken ? await refuseBroken(found.parsed, text) : found.parsed
    return isUnreadable(parsed) ? parsed : { parsed, change, optOut: signalsIn(optOut) }
  }

  async function readItem(
    item: QuarantinedItem,
    standard: Standard,
    patch: readonly PatchOperation[] | undefined,
  ): Promise<ReadAgainResult> {
    const { encoding, optOut, sentId, sentDigest, sentSha256, keptFor: _, ...kept } = item.context
    const sent = encoding === 'base64' ? await keptText(item.raw) : item.raw
    const { text, change } = await repaired(sent, patch, maxBodyBytes)
    if (encoding === 'base64') await requireWhole(text)
    await inTurns(parsingJson(text)) // otherwise two values would be read as two items
    const { tenantId, sourceId } = item
    const source = standard.hasTypes ? await registry.sources.get(tenantId, sourceId) : undefined
    const types = standard.hasTypes ? await findTypes(tenantId, source) : undefined
    const context = inDialect(kept, standard, source)
    const reading = await inTurns(standard.readItem(text, { ...item, context, types }))
    const only = atPlaceOf(item, reading.items[0]!, standard)
    const lasting = 'event' in only && (patch !== undefined || standard.hasBareUuids)
    const named = lasting ? withLastingId(only, item, standard) : only
    const isRepaired = patch !== undefined
    const items = [asItWasSent(named, { sentId, sentDigest, sentSha256, isRepaired })]
    return { parsed: { ...reading, context, items }, change, optOut: signalsIn(optOut) }
  }

  return async function readAgain(item, patch) {
    try {
      const standard = await standardNamed(item.standard)?.load()
      if (standard === undefined) {
        throw new AppError('unsupported_version', `Nothing here reads ${item.standard} yet.`)
      }
      return await (item.scope === 'body' ? readBody : readItem)(item, standard, patch)
    } catch (thrown) {
      // A body that is too large is refused here, too: it stays where it is.
      if (thrown instanceof AppError) return unreadableBy(thrown)
      throw thrown
    }
  }
}

/**
 * Gives an item that a policy changed the id and the digest of how it was sent, so that its sender's
 * resend is recognised; once repaired, it has other content.
 */
function asItWasSent(
  read: ReadItem,
  {
    sentId,
    sentDigest,
    sentSha256,
    isRepaired,
  }: Record<'sentId' | 'sentDigest' | 'sentSha256', string | undefined> & {
    isRepaired: boolean
  },
): ReadItem {
  if (!('event' in read) || sentId === undefined) return read
  const { event } = read
  const digest = isRepaired ? event.contentDigest : (sentDigest ?? event.contentDigest)
  const id = read.id === event.eventId ? sentId : read.id
  const sent = { contentDigest: digest, sentSha256: isRepaired ? undefined : sentSha256 }
  return { ...read, id, event: { ...event, eventId: sentId, ...sent } }
}

function signalsIn(text: string | undefined): Origin['optOut'] {
  return text === undefined ? undefined : (text.split(',') as NonNullable<Origin['optOut']>)
}

/** Decodes the bytes of an item, with stand-ins where they are no text: a patch may replace these. */
async function keptText(raw: string): Promise<string> {
  const { decodingKept } = await import('../wire/broken')
  const text = await inTurns(decodingKept(new Uint8Array(Buffer.from(raw, 'base64'))))
  if (text === undefined) throw new AppError('invalid_encoding', 'The item is no text.')
  return text
}

/** @throws {AppError} `invalid_encoding` for a text that still has bytes in it which are not UTF-8 */
async function requireWhole(text: string): Promise<void> {
  const { countBroken, sayBroken } = await import('../wire/broken')
  if (countBroken(text) === 0) return
  const message = `${sayBroken(text)}: replay it with a patch that replaces what holds it`
  const errors = [{ path: [], message, code: 'invalid_charset' }]
  throw new AppError('invalid_encoding', `${message}.`, { errors })
}

/** Loads the code of repairs, which few requests need. */
async function repaired(
  text: string,
  patch: readonly PatchOperation[] | undefined,
  limit: number,
): Promise<Repaired> {
  if (patch === undefined) return { text }
  const { repair } = await import('../quarantine/repair')
  return repair(text, patch, limit)
}

/** Puts an item that was read alone at its place in its request, which its reasons name. */
function atPlaceOf({ index }: QuarantinedItem, item: ReadItem, { idPath }: Standard): ReadItem {
  if ('event' in item) return { ...item, index }
  const at = idPath(0).indexOf(0)
  const errors = item.errors.map((issue) =>
    issue.path[at] === 0 ? { ...issue, path: issue.path.with(at, index) } : issue,
  )
  return { ...item, index, errors }
}

/**
 * Derives an id from the item as it was sent. Derived from the repaired content, or drawn at random,
 * it would change each time, and two replays of one item would make two events.
 */
function withLastingId(read: Readable, item: QuarantinedItem, standard: Standard): Readable {
  const { event } = read
  const value = JSON.parse(event.raw) as Record<string, unknown>
  const idOf = (sent: string) => (standard.hasBareUuids ? sent.toLowerCase() : sent)
  const isSent = standard.idNames.some(
    (name) => idOf(String(value[name]).toWellFormed()) === event.eventId,
  )
  if (event.kind === 'event' && isSent) return read
  const distinction = standard.distinctionOf?.(event, item) ?? ''
  // An id that is not the derived one was sent, be it under a name that another system has for it.
  if (!standard.hasBareUuids && event.kind === 'event') {
    if (event.eventId !== standard.deriveId(event.raw, distinction)) return read
  }
  const content = isJson(item.raw) ? item.raw : JSON.stringify(item.raw)
  const eventId = standard.deriveId(content, distinction)
  const id = read.id === event.eventId ? eventId : read.id
  return { ...read, event: { ...event, eventId }, id }
}
