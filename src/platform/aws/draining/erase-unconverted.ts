import { createPeople } from '../../../event/people'
import type { EventRecord } from '../../../event/record'
import { finish } from '../../../syntax/steps'
import type { BlobStore } from '../../blob-store'
import type { Erased, Erasure } from '../../erasure'
import { type LineStore, recordIn, UNCONVERTED } from './unconverted'

interface Needs {
  lake: LineStore & Pick<BlobStore, 'put'>
  /** Has the records that were too large for the lake. */
  blobs: Pick<BlobStore, 'get' | 'delete'>
}

/** A document of the lake, as far as it tells whose it is. */
interface Document {
  tenant_id?: string
  actor_id?: string
  raw?: string
  raw_exact?: string
}

/** A line fared so. */
interface Line {
  rest?: string
  looked: number
  removed: number
  unread: number
}

const PAGE = 1000
// The rest of an object is written in pieces of this size: it may be as large as what Firehose gathers.
const PIECE_BYTES = 8 * 1024 * 1024

/**
 * Erases people from records that could not be written as Parquet and wait to be put back: an object that has theirs
 * is written anew without, in pieces, before it is deleted.
 * @returns `unread` counts lines that hold no record, or none that can be read, and name nobody
 */
export async function eraseUnconverted(
  { lake, blobs }: Needs,
  tenantId: string,
  { actorIds, isDryRun = false }: Erasure,
): Promise<Erased & { unread: number }> {
  const people = createPeople(actorIds)
  const count = { removed: 0, looked: 0, unread: 0 }
  const leaving = new Set<string>()

  /** Tells whether a document is theirs, by its whole record where that is elsewhere. */
  async function isTheirs(text: string): Promise<boolean> {
    const { tenant_id, actor_id: actorId, raw = '', raw_exact } = JSON.parse(text) as Document
    if (tenant_id !== tenantId) return false
    const blob = largeIn(raw)
    const bytes = blob && (await blobs.get(blob))
    const record: Pick<EventRecord, 'actorId' | 'raw'> = bytes
      ? JSON.parse(Buffer.from(bytes).toString())
      : { actorId, raw: raw_exact ?? raw }
    const isOwn = finish(people.own(record)) || finish(people.areIn(raw, 'text'))
    if (isOwn && blob !== undefined) leaving.add(blob)
    return isOwn
  }

  /** Takes their documents out of a line. @returns `rest` undefined when nothing is left of it */
  async function without(line: string): Promise<Line> {
    const record = recordIn(line)
    const documents = record && Buffer.from(record).toString().split('\n').filter(Boolean)
    if (documents === undefined || !documents.every(isJson)) {
      // Nobody can tell whose it is, unless it names them.
      const text = documents?.join('\n') ?? line
      if (finish(people.areIn(text, 'text'))) return { looked: 1, removed: 1, unread: 0 }
      return { rest: line, looked: 1, removed: 0, unread: 1 }
    }
    const rest: string[] = []
    for (const text of documents) if (!(await isTheirs(text))) rest.push(`${text}\n`)
    const removed = documents.length - rest.length
    const fared = { looked: documents.length, removed, unread: 0 }
    if (removed === 0) return { ...fared, rest: line }
    if (rest.length === 0) return fared
    const rawData = Buffer.from(rest.join('')).toString('base64')
    return { ...fared, rest: JSON.stringify({ ...JSON.parse(line), rawData }) }
  }

  async function eraseFrom(key: string): Promise<void> {
    const before = count.removed
    for await (const line of lake.lines(key)) {
      const { looked, removed, unread } = await without(line)
      count.looked += looked
      count.removed += removed
      count.unread += unread
    }
    if (count.removed === before || isDryRun) return
    await rewrite(key)
    for (const blob of leaving) await blobs.delete(blob)
    leaving.clear()
  }

  async function rewrite(key: string): Promise<void> {
    let piece: string[] = []
    let bytes = 0
    let pieces = 0
    async function write() {
      if (piece.length > 0) await lake.put(`${key}.rest-${pieces}`, Buffer.from(piece.join('')))
      pieces += 1
      piece = []
      bytes = 0
    }
    for await (const line of lake.lines(key)) {
      const { rest } = await without(line)
      if (rest === undefined) continue
      piece.push(`${rest}\n`)
      bytes += rest.length
      if (bytes >= PIECE_BYTES) await write()
    }
    await write()
    await lake.delete(key)
  }

  let after: string | undefined
  for (;;) {
    const page = await lake.list(UNCONVERTED, PAGE, after)
    for (const { key } of page) await eraseFrom(key)
    if (page.length < PAGE) return count
    after = page.at(-1)!.key
  }
}

/** Returns where the whole record is, of a document that only says so (`archive/oversize.ts`). */
function largeIn(raw: string): string | undefined {
  if (!raw.startsWith('{"tooLargeForTheLake":')) return undefined
  const { blob } = (JSON.parse(raw) as { tooLargeForTheLake: { blob: string } }).tooLargeForTheLake
  return blob
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}
