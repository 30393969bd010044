import { emptyWal } from '../empty-wal'
import type { EventLog } from './event-log'
import type { Generation } from './generation'
import { findPeople, mayHold, type Searched, without } from './people-in-segment'
import { LEVEL } from './segment'

interface Needs extends Searched {
  log: EventLog
  /** Is told the ids of events before they go. */
  leaving(eventIds: readonly string[]): Promise<void>
  isDryRun: boolean
  /** Throws when the store is closed. */
  check(): void
}

// So many segments are listed at a time, without their bodies, which are read one by one.
const SEGMENTS_AT_ONCE = { records: 16 * 1024, bytes: Number.POSITIVE_INFINITY }

/**
 * Erases people's records from all that the log holds now, oldest first, a segment at a time. A
 * record that goes leaves an empty line in its place, so that all others stay at their positions
 * and in their order, and a batch that was begun is cut as before. Its index entry stands for
 * nothing from then on.
 * @returns how many records were erased, and how many were looked at
 * @throws {StorageError} then it may be called again, and goes on
 */
export async function eraseFromLog(needs: Needs): Promise<Count> {
  const count: Count = { removed: 0, looked: 0 }
  await needs.turn.next()
  for (const generation of needs.log.newestFirst().toReversed()) {
    await eraseFromGeneration(needs, generation, count)
  }
  return count
}

interface Count {
  removed: number
  looked: number
}

async function eraseFromGeneration(needs: Needs, generation: Generation, count: Count) {
  const { log, turn, check, isDryRun } = needs
  // A generation that has expired meanwhile is gone with its file.
  const isHeld = () => log.newestFirst().includes(generation)
  const end = generation.index.count
  let isChanged = false
  for (const segment of segmentsOf(generation, end, isHeld)) {
    if (turn.isOver()) await turn.next()
    check()
    if (!isHeld()) return
    if (!mayHold(needs, generation.index, segment)) continue
    count.looked += segment.count
    const bytes = await generation.unpack(segment)
    if (bytes === undefined) continue
    const { places, eventIds } = await findPeople(needs, generation, { segment, bytes })
    if (places.length === 0) continue
    if (eventIds.length > 0) await needs.leaving(eventIds)
    if (isDryRun) {
      count.removed += eventIds.length
      continue
    }
    const { rest, longest } = without(bytes, places)
    const body = await Bun.zstdCompress(rest, { level: LEVEL })
    // The index may have been saved since the last segment, when the generation was full.
    await generation.forgetSavedIndex()
    isChanged = true
    check()
    if (!isHeld()) return
    generation.erase(segment, places, { body, longest, unpacked: rest.length })
    log.forget(segment.position, segment.count)
    count.removed += eventIds.length
  }
  if (isHeld() && !isDryRun) await emptyWal(generation.file)
  // A generation that still grows saves its index when it is closed.
  const isToBeSaved = isChanged && isHeld() && generation !== log.newestFirst()[0]
  // If the index cannot be saved, the next start builds it from the log.
  if (isToBeSaved) await generation.seal().catch(() => {})
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
