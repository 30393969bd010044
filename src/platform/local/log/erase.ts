import type { People } from '../../../event/people'
import { inSlices } from '../../../syntax/steps'
import type { Turn } from '../../turns'
import { emptyWal } from '../empty-wal'
import type { EventIndex } from './event-index'
import type { EventKeys } from './event-keys'
import type { EventLog } from './event-log'
import type { Generation } from './generation'
import { LEVEL, LINE_FEED, linesOf } from './segment'
import type { FiledSegment } from './segment-file'

interface Needs {
  log: EventLog
  keys: EventKeys
  turn: Turn
  tenantId: string
  people: People
  /** Is told the ids of events before they go. */
  leaving(eventIds: readonly string[]): Promise<void>
  /** Throws when the store is closed. */
  check(): void
}

// Of their places only: bodies are read one at a time.
const SEGMENTS_AT_ONCE = { records: 16 * 1024, bytes: Number.POSITIVE_INFINITY }

/**
 * Erases people's records from all that the log holds now, oldest first, a segment at a time. A record
 * that goes leaves an empty line in its place, so that all others keep their positions and their order,
 * and a batch that was begun is cut as before. Its index entry stands for nothing from then on.
 * @returns how many records were erased
 * @throws {StorageError} then it may be called again, and goes on
 */
export async function eraseFromLog(needs: Needs): Promise<number> {
  let removed = 0
  await needs.turn.next()
  for (const generation of needs.log.newestFirst().toReversed()) {
    removed += await eraseFromGeneration(needs, generation)
  }
  return removed
}

async function eraseFromGeneration(needs: Needs, generation: Generation): Promise<number> {
  const { log, turn, check } = needs
  // What has expired meanwhile is gone with its file.
  const isHeld = () => log.newestFirst().includes(generation)
  const end = generation.index.count
  let removed = 0
  let isChanged = false
  for (const segment of segmentsOf(generation, end, isHeld)) {
    if (turn.isOver()) await turn.next()
    check()
    if (!isHeld()) return removed
    if (!mayHold(needs, generation.index, segment)) continue
    const found = await findIn(needs, generation, segment)
    if (found === undefined || found.places.length === 0) continue
    if (found.eventIds.length > 0) await needs.leaving(found.eventIds)
    const body = await Bun.zstdCompress(found.rest, { level: LEVEL })
    if (!isChanged) await generation.forgetSavedIndex()
    isChanged = true
    check()
    if (!isHeld()) return removed
    const { longest, rest, places, eventIds } = found
    generation.erase(segment, places, { body, longest, unpacked: rest.length })
    log.recent.forget(segment.position, segment.count)
    removed += eventIds.length
  }
  if (isHeld()) await finish(needs, generation, isChanged)
  return removed
}

function* segmentsOf(generation: Generation, end: number, isHeld: () => boolean) {
  for (let at = 0; at < end && isHeld(); ) {
    const segments = generation.segmentsFrom(at, SEGMENTS_AT_ONCE)
    if (segments.length === 0) return
    for (const segment of segments) {
      if (segment.first >= end) return
      at = segment.first + segment.count
      yield segment
    }
  }
}

/** By the index alone: whether something of the tenant stands there. */
function mayHold({ keys, tenantId }: Needs, { hashes }: EventIndex, segment: FiledSegment) {
  const scopes = hashes.scope.subarray(segment.first, segment.first + segment.count)
  return kinds.some((kind) => scopes.includes(keys.scope(tenantId, kind)))
}

const kinds = ['event', 'entity'] as const

interface Found {
  /** Places in the segment that are to be empty, also those of which only the index does not know yet. */
  places: number[]
  eventIds: string[]
  /** The lines of the segment, empty at these places. */
  rest: Buffer
  longest: number
}

/** @returns undefined when the segment is damaged */
async function findIn(
  { keys, tenantId, people, turn }: Needs,
  generation: Generation,
  segment: FiledSegment,
): Promise<Found | undefined> {
  const bytes = await generation.unpack(segment)
  if (bytes === undefined) return undefined
  const places: number[] = []
  const eventIds: string[] = []
  const rest: Buffer[] = []
  let longest = 0
  let place = 0
  let from = 0
  for (const line of linesOf(bytes)) {
    const end = bytes.indexOf(LINE_FEED, from) + 1
    const eventId = line === '' || !isOfTenant(place) ? undefined : await leavingIdOf(line)
    if (eventId !== undefined) {
      places.push(place)
      eventIds.push(eventId)
    } else if (line === '' && !isNothing(place)) {
      places.push(place)
    }
    rest.push(eventId === undefined ? bytes.subarray(from, end) : bytes.subarray(end - 1, end))
    longest = Math.max(longest, rest.at(-1)!.length)
    from = end
    place += 1
    if (turn.isOver()) await turn.next()
  }
  return { places, eventIds, rest: Buffer.concat(rest), longest }

  /** By the index, which proposes. */
  function isOfTenant(at: number): boolean {
    const scope = generation.index.hashes.scope[segment.first + at]
    return kinds.some((kind) => keys.scope(tenantId, kind) === scope)
  }

  /** @returns the id of the event, if it is to go */
  async function leavingIdOf(line: string): Promise<string | undefined> {
    const record = generation.decode(line)
    if (record.tenantId !== tenantId) return undefined
    return (await inSlices(people.own(record), turn)) ? record.eventId : undefined
  }

  /** A process that died after the line had gone has left an index that knows of it. */
  function isNothing(at: number): boolean {
    return generation.index.ids[segment.first + at] === keys.nothing(segment.position + at).id
  }
}

/** The bytes leave the disk, also those that an earlier call had not come to. */
async function finish({ log }: Needs, generation: Generation, isChanged: boolean) {
  await emptyWal(generation.file)
  // One that still grows saves its index when it is closed.
  if (!isChanged || generation === log.newestFirst()[0]) return
  // Without it, the next start builds it from the log.
  await generation.seal().catch(() => {})
}
