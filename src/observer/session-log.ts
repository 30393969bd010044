import { frameId } from '../event/id'
import type { EventRecord } from '../event/record'
import type { EventStore } from '../platform/event-store'
import type { QuarantinedItem, QuarantineStore } from '../platform/quarantine-store'

/** A line of the log of a connection: the item that is kept of a frame. */
export interface LoggedFrame {
  frame: number
  raw: string
  /** It is no event, for these reasons. */
  quarantined?: Pick<QuarantinedItem, 'quarantineId' | 'errors'>
}

export interface LogPage {
  frames: LoggedFrame[]
  /** The next page begins after this frame; absent on the last page. */
  next?: number
}

interface Needs {
  events: Pick<EventStore, 'get' | 'query'>
  quarantine: Pick<QuarantineStore, 'get' | 'summaries'>
}

export interface LogRequest {
  tenantId: string
  sessionId: string
  /** The entity that stands for the connection. */
  session: Pick<EventRecord, 'sourceId' | 'receivedAt'>
  after: number
  limit: number
  maxBytes: number
  isVisible(record: EventRecord): boolean
  /** Frames in quarantine are among them. */
  hasQuarantined: boolean
}

// Few look-ups are on their way at a time.
const AT_ONCE = 25
// Frames that are nowhere were dropped, erased or refused. A connection goes on behind as many at the most.
const MAX_GAP = 1000
// The newest by their own clocks tell how far a connection has come, at least.
const NEWEST = 100
// Where they are all that there are, only what an index does not know yet can be behind them: on AWS
// that is a moment's frames. A thousand look-ups for the end of a short log were what it took longest for.
const MAX_LAG = 100
// A log has the oldest of what its source has in quarantine since it began: there may be more.
const QUARANTINE_PAGES = 20
const QUARANTINE_PAGE = 1000

/**
 * Reads the frames of a connection in their order, those in quarantine among them.
 * @throws {StorageError}
 */
export async function readLog(needs: Needs, request: LogRequest): Promise<LogPage> {
  const { tenantId, sessionId, after, limit, maxBytes } = request
  const kept = request.hasQuarantined ? await quarantinedOf(needs.quarantine, request) : new Map()
  const newest = await newestOf(needs.events, request)
  const known = Math.max(0, ...kept.keys(), newest.frame)
  const maxGap = newest.areAll ? MAX_LAG : MAX_GAP
  const frames: LoggedFrame[] = []
  let bytes = 0
  let gap = 0
  for (let n = after + 1; n <= known || gap < maxGap; n += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, at) => n + at)
    const found = await Promise.all(numbers.map((one) => lineOf(one)))
    for (const [at, line] of found.entries()) {
      gap = line === undefined ? gap + 1 : 0
      if (line === undefined) continue
      bytes += Buffer.byteLength(line.raw)
      const isFull = frames.length === limit || (frames.length > 0 && bytes > maxBytes)
      if (isFull) return { frames, next: numbers[at]! - 1 }
      frames.push(line)
    }
  }
  return { frames }

  async function lineOf(frame: number): Promise<LoggedFrame | undefined> {
    const record = await needs.events.get(tenantId, frameId(sessionId, frame))
    if (record !== undefined) {
      return request.isVisible(record) ? { frame, raw: record.raw } : undefined
    }
    const quarantineId = kept.get(frame)
    const item = quarantineId && (await needs.quarantine.get(tenantId, quarantineId))
    if (!item) return undefined
    const { raw, errors } = item
    return { frame, raw, quarantined: { quarantineId, errors } }
  }
}

/** Tells how far a connection has come, at least, and whether its index knows no more of it. */
async function newestOf(
  events: Needs['events'],
  { tenantId, sessionId }: LogRequest,
): Promise<{ frame: number; areAll: boolean }> {
  const { items, nextCursor } = await events.query(tenantId, { sessionId }, { limit: NEWEST })
  const frame = Math.max(0, ...items.map(({ eventId }) => frameOf(sessionId, eventId)))
  return { frame, areAll: nextCursor === undefined }
}

/** Finds which frames are in quarantine, by the ids that their items have. */
async function quarantinedOf(
  quarantine: Needs['quarantine'],
  { tenantId, sessionId, session }: LogRequest,
): Promise<Map<number, string>> {
  const found = new Map<number, string>()
  const { sourceId, receivedAt } = session
  // Frames that waited were received when they were put, none before its connection was opened.
  const filter = { sourceId, scope: 'item' } as const
  const from = new Date(Date.parse(receivedAt) - LONGEST_WAIT_MS).toISOString()
  let cursor: string | undefined
  for (let pages = 0; pages < QUARANTINE_PAGES; pages += 1) {
    const page = { limit: QUARANTINE_PAGE, cursor, order: 'oldest' } as const
    const { items, nextCursor } = await quarantine.summaries(tenantId, page, { ...filter, from })
    for (const { id = '', quarantineId } of items) {
      const frame = frameOf(sessionId, id)
      if (frame > 0) found.set(frame, quarantineId)
    }
    cursor = nextCursor
    if (cursor === undefined) break
  }
  return found
}

// The entity of a connection is stored with its first event, and broken frames go to quarantine at once.
const LONGEST_WAIT_MS = 3 * 60 * 60 * 1000

/** @returns 0 for what is no frame of the connection, or stands for the connection itself */
function frameOf(sessionId: string, eventId: string): number {
  const prefix = frameId(sessionId, 0).slice(0, -1)
  if (!eventId.startsWith(prefix)) return 0
  const n = Number(eventId.slice(prefix.length))
  return Number.isSafeInteger(n) && n > 0 ? n : 0
}
