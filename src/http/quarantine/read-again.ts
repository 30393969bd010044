import { AppError } from '../../error/app-error'
import { derivedId } from '../../event/id'
import { parseJson } from '../../event/json-body'
import type { ReadItem, Reading } from '../../event/reading'
import type { Standard } from '../../event/record'
import type { ReadAgain } from '../../ingest/replay'
import { unbounded } from '../../memory/budget'
import type { QuarantinedItem } from '../../platform/quarantine-store'
import type { PatchOperation } from '../../quarantine/patch'
import type { Repaired } from '../../quarantine/repair'
import { readBareCaliper } from '../../standards/caliper/bare'
import { readCaliper } from '../../standards/caliper/parse'
import { nativeBodyForm } from '../../standards/native/content-type'
import { readNative, readNativeLines } from '../../standards/native/parse'
import { decodeWire } from '../body'

type ReadText = (text: string, item: QuarantinedItem) => Reading

/** How each standard reads a whole body. */
const bodies: Partial<Record<Standard, ReadText>> = {
  caliper: (text, { receivedAt }) => readBareCaliper(text, receivedAt),
  native(text, { receivedAt, context }) {
    const isLines = nativeBodyForm(context.contentType) === 'lines'
    return isLines ? readNativeLines(text, receivedAt) : readNative(text, receivedAt)
  },
}

/** How each standard reads one item, in what surrounded it. */
const items: Partial<Record<Standard, ReadText>> = {
  caliper(text, { context, receivedAt }) {
    const shell = JSON.stringify({ ...context, data: [] })
    return readCaliper(`${shell.slice(0, -2)}${text}]}`, receivedAt)
  },
  native: (text, { receivedAt }) => readNative(`[${text}]`, receivedAt),
}

interface Needs {
  maxBodyBytes: number
  /** Takes the signature off a body, or refuses it, by what its source asks for now. */
  openAgain(item: QuarantinedItem, body: string): Promise<string>
}

/** Reads by its standard what is in quarantine: an item in its context, a body as it was sent. */
export function readAgainWith({ maxBodyBytes, openAgain }: Needs): ReadAgain {
  return async function readAgain(item, patch) {
    const isBody = item.scope === 'body'
    const kept = isBody ? await openAgain(item, await textOf(item, maxBodyBytes)) : item.raw
    const { text, change } = await repaired(kept, patch, maxBodyBytes)
    const read = (isBody ? bodies : items)[item.standard]
    if (read === undefined) {
      throw new AppError('unsupported_version', `Nothing here reads ${item.standard} yet.`)
    }
    if (isBody) return { reading: read(text, item), change }

    parseJson(text) // or two values would be read as two items
    const reading = read(text, item)
    const only = atPlaceOf(item, reading.items[0]!)
    const lasting = patch !== undefined && 'event' in only ? withLastingId(only, item) : only
    return { reading: { ...reading, context: item.context, items: [lasting] }, change }
  }
}

/** With what few requests need. */
async function repaired(
  text: string,
  patch: readonly PatchOperation[] | undefined,
  limit: number,
): Promise<Repaired> {
  if (patch === undefined) return { text }
  const { repair } = await import('../../quarantine/repair')
  return repair(text, patch, limit)
}

/** Of a body that was compressed, its bytes are kept. */
async function textOf({ raw, context }: QuarantinedItem, limit: number): Promise<string> {
  if (context.encoding !== 'base64') return raw
  const bytes = new Uint8Array(Buffer.from(raw, 'base64'))
  // RFC 1952, 2.3.1: what gzip begins with.
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  const wire = { lease: unbounded, encoding: isGzip ? 'gzip' : 'deflate', bytes } as const
  return decodeWire(wire, { maxBodyBytes: limit })
}

/** It was read alone; its place in its request is what its reasons name. */
function atPlaceOf({ index }: QuarantinedItem, item: ReadItem): ReadItem {
  if ('event' in item) return { ...item, index }
  const errors = item.errors.map((issue) => {
    const at = issue.path[0] === 'data' ? 1 : 0
    return issue.path[at] === 0 ? { ...issue, path: issue.path.with(at, index) } : issue
  })
  return { ...item, index, errors }
}

type Read = Extract<ReadItem, { event: unknown }>

/**
 * An id that is derived from the content would change with the repair, and two repairs of one item
 * would make two events: it is derived from what was sent.
 */
function withLastingId(read: Read, item: QuarantinedItem): Read {
  const { event } = read
  const value = JSON.parse(event.raw) as Record<string, unknown>
  const isSent = [value.id, value['@id'], value.event_id].some(
    (id) => String(id).toWellFormed() === event.eventId,
  )
  if (event.kind === 'event' && isSent) return read
  // As the native standard tells apart what does not say when it happened.
  const isUntimed = event.standard === 'native' && event.eventTime === item.receivedAt
  const distinct = isUntimed ? `${item.receivedAt} ${item.index} ` : ''
  const eventId = derivedId(isJson(item.raw) ? item.raw : JSON.stringify(item.raw), distinct)
  const id = read.id === event.eventId ? eventId : read.id
  return { ...read, event: { ...event, eventId }, id }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
