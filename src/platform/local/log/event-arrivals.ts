import { matchesFilter } from '../../../event/filter'
import type { EventRecord } from '../../../event/record'
import type { ArrivalFilter, ArrivalPage, ArrivalRequest } from '../../event-store'
import { rawBytes, roomOf } from '../../shared/page-bytes'
import type { TokenSigner } from '../../shared/page-token'
import type { Turns } from '../../turns'
import { storedFromOf } from './block-arrivals'
import type { EventLog } from './event-log'
import type { Position } from './generation'
import { markTokens } from './position-token'

// One call looks at so many records of all tenants, some ten milliseconds in slices; who polls asks
// again at once for what is left.
const LOOKED_AT = { records: 4096, bytes: 8 * 1024 * 1024 }

interface Store {
  log: EventLog
  tokens: TokenSigner
  turns: Turns
  /** The time is in ms since 1970. */
  now: number
}

/** Reads what was stored after a place of the log, in the order of the log. */
export async function arrivalsIn(
  { log, tokens, turns, now }: Store,
  tenantId: string,
  filter: ArrivalFilter,
  request: ArrivalRequest,
): Promise<ArrivalPage> {
  const { after, sizeOf = rawBytes } = request
  const marks = markTokens(tokens)
  const endAt = (items: EventRecord[], place: Position, isAll: boolean): ArrivalPage => {
    return { items, next: marks.issue(tenantId, { place }), isAll }
  }
  if (after === undefined && !request.beginsWithin) return endAt([], log.end(), true)

  const storedFrom = storedFromOf(filter)
  const begin = after === undefined ? beginOf(log, storedFrom) : marks.read(tenantId, after).place
  const turn = turns.begin(tenantId)
  await turn.next()
  const end = log.end()
  const segments = log.segmentsFrom(begin, LOOKED_AT)
  const room = roomOf(request)
  const items: EventRecord[] = []
  for (const segment of segments) {
    if (segment.storedAt < storedFrom) continue
    const records = log.recordsOf(segment) ?? []
    for (const [at, record] of records.entries()) {
      const place = segment.position + at
      if (place < begin || record?.tenantId !== tenantId || !isAsked(record, filter)) continue
      if (Date.parse(record.expiresAt) <= now) continue
      if (!room.take(sizeOf(record))) return endAt(items, place, false)
      items.push(record)
    }
    if (turn.isOver()) await turn.next()
  }
  const last = segments.at(-1)
  const reached = last === undefined ? end : last.position + last.count
  return endAt(items, reached, reached >= end)
}

/** Finds where what was stored from a time on begins: with a generation, which has a day at most. */
function beginOf(log: EventLog, storedFrom: number): Position {
  const generations = log.newestFirst()
  const begun = generations.find(({ begunAt }) => begunAt <= storedFrom) ?? generations.at(-1)
  return begun?.base ?? 0
}

function isAsked(record: EventRecord, { sourceId, ...filter }: ArrivalFilter): boolean {
  return (sourceId === undefined || record.sourceId === sourceId) && matchesFilter(record, filter)
}
