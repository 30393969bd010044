import { AppError } from '../../error/app-error'
import { type EventFilter, questionOf } from '../../event/filter'
import type { EventRecord } from '../../event/record'
import type { Page } from '../../platform/event-store'
import type { TokenSigner } from '../../platform/token-signer'
import type { ShownEvents } from '../../query/shown-events'
import { viewBytes } from '../native/pipeline-event'

interface Needs {
  events: Pick<ShownEvents, 'query'>
  tokens: TokenSigner
}

interface Asked {
  limit: number
  cursor: string | undefined
  maxBytes: number
}

/** By `seq`; those without one come last. Of equal ones, the first to arrive. */
type Place = [sequence: number | null, receivedAt: string, eventId: string]

// A session has some dozens of events, a day's some thousands. Each page of a search has a thousand at
// most: so many are looked at for a page of an answer, in some tenths of a second.
const SEARCHES = 20
const SEARCH_LIMIT = 1000

/**
 * Finds the events of a session by their own counter, the first in front.
 * @throws {AppError} `invalid_cursor`; `invalid_request` for a session of too many events
 */
export async function eventsInSequence(
  { events, tokens }: Needs,
  tenantId: string,
  filter: EventFilter,
  { limit, cursor, maxBytes }: Asked,
): Promise<Page<EventRecord>> {
  const question = `sequence ${questionOf(tenantId, filter)}`
  const after = cursor === undefined ? undefined : tokens.read<Place>(cursor, question)
  let first: EventRecord[] = []
  let isCut = false
  let next: string | undefined
  let searches = 0
  do {
    if (searches === SEARCHES) throw tooMany()
    searches += 1
    const search = { limit: SEARCH_LIMIT, cursor: next, maxBytes }
    const page = await events.query(tenantId, filter, search)
    const more = page.items.filter(
      (record) => after === undefined || isBefore(after, placeOf(record)),
    )
    const all = [...first, ...more].sort((a, b) => (isBefore(placeOf(a), placeOf(b)) ? -1 : 1))
    first = fitting(all, limit, maxBytes)
    isCut ||= first.length < all.length
    next = page.nextCursor
  } while (next !== undefined)
  const last = first.at(-1)
  if (!isCut || last === undefined) return { items: first }
  return { items: first, nextCursor: tokens.issue(placeOf(last), question) }
}

function placeOf({ sequence, receivedAt, eventId }: EventRecord): Place {
  return [sequence ?? null, receivedAt, eventId]
}

function isBefore(a: Place, b: Place): boolean {
  const [one, other] = [a[0] ?? Number.POSITIVE_INFINITY, b[0] ?? Number.POSITIVE_INFINITY]
  if (one !== other) return one < other
  return a[1] === b[1] ? a[2] < b[2] : a[1] < b[1]
}

/** Takes the first ones that fit into a page, and one at the least. */
function fitting(all: readonly EventRecord[], limit: number, maxBytes: number): EventRecord[] {
  let bytes = 0
  const end = all.findIndex((record, place) => {
    bytes += viewBytes(record)
    return place === limit || (place > 0 && bytes > maxBytes)
  })
  return end < 0 ? [...all] : all.slice(0, end)
}

function tooMany(): AppError {
  const most = (SEARCHES * SEARCH_LIMIT).toLocaleString('en')
  const message = `The session has more events than can be put in order (${most} at most): ask without order=sequence`
  const errors = [{ path: ['order'], message, code: 'too_many' }]
  return new AppError('invalid_request', message, { errors })
}
