import type { People } from '../../../event/people'
import { inSlices, type Steps } from '../../../syntax/steps'
import type { Turn } from '../../turns'
import type { EventIndex } from './event-index'
import type { EventKeys } from './event-keys'
import type { Generation } from './generation'
import { LINE_FEED, linesOf } from './segment'
import type { FiledSegment } from './segment-file'

/** A search has the people it looks for, and the turn in whose slices it works. */
export interface Searched {
  keys: EventKeys
  tenantId: string
  people: People
  /** The set has hashes of their ids, as `actorId` has them in an index. */
  actors: ReadonlySet<number>
  turn: Turn
}

const kinds = ['event', 'entity'] as const

/** Tells, by the index alone, whether something of the tenant stands in a segment. */
export function mayHold(
  { keys, tenantId }: Searched,
  { hashes }: EventIndex,
  { first, count }: FiledSegment,
): boolean {
  const scopes = hashes.scope.subarray(first, first + count)
  return kinds.some((kind) => scopes.includes(keys.scope(tenantId, kind)))
}

interface Found {
  /**
   * These places in the segment are to be empty; some may be already, and only the index knows not
   * yet.
   */
  places: number[]
  eventIds: string[]
}

/** Finds the records of the people in a segment. @param at.bytes its lines, unpacked */
export async function findPeople(
  { keys, tenantId, people, actors, turn }: Searched,
  generation: Generation,
  { segment, bytes }: { segment: FiledSegment; bytes: Buffer },
): Promise<Found> {
  const scopes = kinds.map((kind) => keys.scope(tenantId, kind))
  const found: Found = { places: [], eventIds: [] }
  let place = 0
  for (const line of linesOf(bytes)) {
    if (line === '') {
      if (!isNothing(place)) found.places.push(place)
    } else {
      const steps = leavingIdOf(line, segment.first + place)
      const { done, value } = steps.next()
      const eventId = done === true ? value : await inSlices(steps, turn)
      if (eventId !== undefined) {
        found.places.push(place)
        found.eventIds.push(eventId)
      }
    }
    place += 1
    if (turn.isOver()) await turn.next()
  }
  return found

  /**
   * Reads a line; hashes propose, the record itself decides.
   * @returns the event's id, if it is to go
   */
  function* leavingIdOf(line: string, offset: number): Steps<string | undefined> {
    const { scope, actorId } = generation.index.hashes
    if (!scopes.includes(scope[offset]!)) return undefined
    const isNamed = yield* people.areIn(generation.rawOf(line), 'json')
    if (!isNamed && !actors.has(actorId[offset]!)) return undefined
    const record = generation.decode(line)
    if (record.tenantId !== tenantId) return undefined
    return isNamed || (yield* people.own(record)) ? record.eventId : undefined
  }

  /**
   * Tells whether the index knows that a line is empty: a process that died in between may have
   * left an index that has the event.
   */
  function isNothing(at: number): boolean {
    return generation.index.ids[segment.first + at] === keys.nothing(segment.position + at).id
  }
}

/** Empties the lines of a segment at some places, and tells how long the longest is now. */
export function without(bytes: Buffer, places: readonly number[]) {
  const empty = new Set(places)
  const lines: Buffer[] = []
  let longest = 0
  for (let from = 0, place = 0; from < bytes.length; place += 1) {
    const end = bytes.indexOf(LINE_FEED, from) + 1
    const line = bytes.subarray(empty.has(place) ? end - 1 : from, end)
    longest = Math.max(longest, line.length)
    lines.push(line)
    from = end
  }
  return { rest: Buffer.concat(lines), longest }
}
