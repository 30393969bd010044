import { AppError } from '../../error/app-error'
import type { Condition } from '../../event/condition'
import { type EventFilter, questionOf } from '../../event/filter'
import type { EventRecord } from '../../event/record'
import type { Viewer } from '../../identity/viewer'
import type { TokenSigner } from '../../platform/token-signer'
import { lakeCompleteTo } from '../../query/coverage'
import { boundaryFrom } from './boundary'
import type { Order } from './lake-side'
import { BEGINNING, type BothNeeds, type Found, type Place, readBoth } from './read-both'

export interface EventsNeeds extends BothNeeds {
  tokens(): Promise<TokenSigner>
  hotTtlDays: number
}

export interface EventsQuestion {
  viewer: Viewer
  /** The filter asks for no more than what the viewer may see. */
  filter: EventFilter
  /** The condition that `filter.where` asks. */
  condition: Condition | undefined
  order: Order
  /** If true, the lake is read wherever the hot store may not have everything; else only for a range that begins before. */
  isWhole: boolean
  limit: number
  cursor: string | undefined
  sizeOf(record: EventRecord): number
  signal?: AbortSignal | undefined
}

export interface EventsPage {
  items: Found[]
  nextCursor?: string | undefined
  /** Every event that was stored before then is in the reading, ISO 8601 UTC. Absent where nobody knows (on AWS). */
  completeTo?: string | undefined
  /** If true, the lake was read as well. */
  isBoth: boolean
}

/** A cursor of a reading of both stores says this. */
interface Reading {
  before: string
  goodUntil: number
  completeTo?: string | undefined
  place: Place
}

// A range of raw events may be so long, a quarter of a year: what is longer is a file (`POST /analytics/export`).
const MOST_DAYS = 92
const DAY_MS = 24 * 60 * 60 * 1000

/** A page that can be read. */
export interface PageToRead {
  /** If true, the lake is read as well, which takes its time. */
  isBoth: boolean
  /** @throws {AppError} `invalid_cursor`, `busy` */
  read(maxBytes: number): Promise<EventsPage>
}

/**
 * Finds out where a page of events is: in the hot store, or in hot store and lake as one where the range reaches past
 * the former.
 * @throws {AppError} `invalid_request` for a range that is too long, `invalid_cursor` for one that is too old
 */
export async function findEvents(
  needs: EventsNeeds,
  question: EventsQuestion,
): Promise<PageToRead> {
  const { viewer, filter, condition, order, limit, sizeOf, signal } = question
  const { tenantId } = viewer
  const tokens = await needs.tokens()
  const asked = JSON.stringify(['both', order, questionOf(tenantId, filter)])
  const now = needs.clock.now()
  const reading = question.cursor === undefined ? begun() : goingOn(question.cursor)
  if (reading === undefined) return { isBoth: false, read: readHot }
  if (now.getTime() > reading.goodUntil) throw tooOld()
  return { isBoth: true, read: (maxBytes) => readOn(reading, maxBytes) }

  async function readOn(reading: Reading, maxBytes: number): Promise<EventsPage> {
    const { before, completeTo, place } = reading
    const page = await readBoth(
      needs,
      { viewer, filter, condition, order, before, signal },
      { limit, maxBytes, sizeOf, place },
    )
    const next = page.next && tokens.issue({ ...reading, place: page.next }, asked)
    return { items: page.items, nextCursor: next, completeTo, isBoth: true }
  }

  async function readHot(maxBytes: number): Promise<EventsPage> {
    const { cursor } = question
    const page = { limit, cursor, maxBytes, sizeOf, order }
    const { items, nextCursor } = await needs.events.query(tenantId, filter, page)
    return {
      items: items.map((record) => ({ record, isArchived: false })),
      nextCursor,
      completeTo: needs.platform.changes && now.toISOString(),
      isBoth: false,
    }
  }

  /** @returns undefined where the hot store has all of the range */
  function begun(): Reading | undefined {
    const archivedTo = lakeCompleteTo(needs.platform, now)
    const { hotTtlDays } = needs
    const { at: before, goodUntil } = boundaryFrom({ now, hotTtlDays, archivedTo })
    const { from, to } = filter
    const isPast = question.isWhole || (from !== undefined && from < before)
    if (!isPast) return undefined
    if (!question.isWhole) checkLength(from!, to)
    // The hot side shows nothing that arrived longer ago than it is held, archived or not.
    const isBehind = Date.parse(before) < now.getTime() - hotTtlDays * DAY_MS
    const completeTo = needs.platform.changes && (isBehind ? before : now.toISOString())
    return { before, goodUntil, ...(completeTo && { completeTo }), place: BEGINNING }
  }

  /** @returns undefined for a cursor of the hot store, which looks at it itself */
  function goingOn(cursor: string): Reading | undefined {
    try {
      return tokens.read<Reading>(cursor, asked)
    } catch (thrown) {
      if (question.isWhole) throw thrown
      return undefined
    }
  }

  function checkLength(from: string, to = now.toISOString()) {
    const days = (Date.parse(to) - Date.parse(from)) / DAY_MS
    if (days <= MOST_DAYS) return
    const message = `Must lie at most ${MOST_DAYS} days before \`to\`, or now, where older events are asked for; got ${Math.ceil(days)} days. POST /analytics/export writes files of longer ranges`
    const errors = [{ path: ['from'], message, code: 'too_long' }]
    throw new AppError('invalid_request', `from: ${message}.`, { errors })
  }
}

function tooOld(): AppError {
  const message =
    'Was given so long ago that what it goes on with may have expired: begin anew, with `to` (or `from`, oldest first) at the time of the last event'
  const errors = [{ path: ['cursor'], message, code: 'invalid_cursor' }]
  return new AppError('invalid_cursor', `cursor: ${message}.`, { errors })
}
