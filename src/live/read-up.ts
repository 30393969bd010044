import { AppError } from '../error/app-error'
import type { LiveFeed, LivePage, StoredRecord } from '../platform/live-feed'
import type { Channel } from './channel'
import { sliceOf } from './slice'
import type { Slots } from './slots'

/** A reader is a subscriber that reads the feed. Its methods neither throw nor wait. */
export interface Reader {
  /** The reader goes on after this position. */
  after(): string
  /** Takes what comes next. @returns false when it takes no more for now */
  take(stored: StoredRecord): boolean
  /**
   * Everything up to here has been read.
   * @param isAll nothing more was stored when it was asked for
   * @returns true when it goes on without reading
   */
  passed(position: string, isAll: boolean): boolean
  resync(reason: NonNullable<LivePage['resync']>, position: string): void
  /** If false, it takes no more for now, or nothing any more. */
  goesOn(): boolean
}

export interface ReadNeeds {
  tenantId: string
  feed: LiveFeed
  channel: Channel
  slots: Slots
}

// The first page is small, since a slow reader leaves most of it to be read again; one that takes
// everything is given twice as much each time.
const FIRST_LIMIT = 32
const LAST_LIMIT = 512
const PAGE_BYTES = 1024 * 1024

// A feed that fails is read again after 0.1 s, then twice as long each time: 25 s in all, after which
// a client that connects anew helps more than waiting.
const FIRST_PAUSE_MS = 100
const TRIES = 9

/**
 * Reads the feed for one reader, page by page, until that goes on by itself or takes no more.
 * @throws what the feed threw
 */
export async function readUp(needs: ReadNeeds, reader: Reader): Promise<void> {
  const { tenantId, slots } = needs
  for (let limit = FIRST_LIMIT; reader.goesOn(); limit = Math.min(limit * 2, LAST_LIMIT)) {
    const release = await slots.take(tenantId)
    try {
      const { page, isHidden } = await tried(needs, reader, limit)
      if (!reader.goesOn()) return
      if (page.resync !== undefined) reader.resync(page.resync, page.next)
      const slice = sliceOf()
      for (const stored of page.items) {
        if (!isHidden(stored.record) && !reader.take(stored)) return
        if (slice.isOver()) await slice.next()
        if (!reader.goesOn()) return
      }
      if (reader.passed(page.next, page.isAll)) return
    } finally {
      release()
    }
  }
}

async function tried({ tenantId, feed, channel }: ReadNeeds, reader: Reader, limit: number) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const request = { after: reader.after(), limit, maxBytes: PAGE_BYTES }
      const page = await feed.read(tenantId, request)
      return { page, isHidden: await channel.isHidden() }
    } catch (error) {
      if (error instanceof AppError || attempt === TRIES || !reader.goesOn()) throw error
      const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
