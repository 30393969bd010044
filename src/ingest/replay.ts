import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { sameContent } from '../event/content'
import type { Reading } from '../event/reading'
import type { Clock } from '../platform/clock'
import type { EventStore } from '../platform/event-store'
import type { QuarantinedItem, QuarantineStore } from '../platform/quarantine-store'
import { isFull } from '../quarantine/bound'
import type { PatchOperation } from '../quarantine/patch'
import { createTurns } from '../quarantine/turns'
import { createKeep, type Sorted } from './keep'
import { conflict, setAsideWith } from './steps/set-aside'

/** Reads what is kept by its standard, as on its arrival. @throws {AppError} when it cannot be read */
export type ReadAgain = (
  item: QuarantinedItem,
  patch: readonly PatchOperation[] | undefined,
) => Promise<Reading>

interface Needs {
  events: EventStore
  quarantine: QuarantineStore
  readAgain: ReadAgain
  config: { hotTtlDays: number }
  clock: Clock
}

export interface ReplayOptions {
  patch?: readonly PatchOperation[] | undefined
  /** Says what would become of it, and changes nothing. */
  dryRun?: boolean | undefined
}

export interface ReplayResult extends Sorted {
  quarantineId: string
  /**
   * `stored`: it is an event now, or a body brought some. `duplicate`: it was one already.
   * `set_aside`: a body could be read, and its items are in quarantine one by one. `refused`: it
   * still cannot be kept, and stays where it is.
   */
  outcome: 'stored' | 'duplicate' | 'set_aside' | 'refused'
  /** Why it was refused. */
  errors: Issue[]
  /** What is in quarantine instead of a body. */
  successors: QuarantinedItem[]
}

/** @returns undefined when it is not held */
export type Replay = (
  tenantId: string,
  quarantineId: string,
  options?: ReplayOptions,
) => Promise<ReplayResult | undefined>

/**
 * Sends what is in quarantine through the pipeline again, with the source, the time and the request
 * that it came with. It leaves the quarantine only once what it became is durable; whatever fails in
 * between, the next replay recognises what was stored.
 */
export function createReplay({ events, quarantine, readAgain, config, clock }: Needs): Replay {
  const keep = createKeep({ events, config })
  const inTurn = createTurns()

  async function replayHeld(
    item: QuarantinedItem,
    { patch, dryRun }: ReplayOptions,
  ): Promise<ReplayResult> {
    const { tenantId, quarantineId } = item
    const at = clock.now().toISOString()

    async function stay(errors: Issue[]): Promise<ReplayResult> {
      // Reasons are those of what is kept; what was wrong with a repair is noted beside them.
      const reasons = patch === undefined ? errors : item.errors
      const said = { errors: reasons, lastReplay: { at, errors } }
      if (!dryRun) await quarantine.amend(tenantId, quarantineId, said)
      return refusal(item, errors)
    }

    const reading = await readOrRefuse(item, patch)
    if ('errors' in reading) return stay(reading.errors)

    const arrival = { ...item, storedAt: at }
    const sorted = dryRun ? await wouldKeep(item, reading) : await keep(reading, arrival)
    const [first] = sorted.refused
    if (item.scope === 'item' && first !== undefined) return stay(first.errors)

    const successors = sorted.refused.map(setAsideWith({ ...item, reading }))
    try {
      if (!dryRun) await quarantine.release(tenantId, quarantineId, successors)
    } catch (thrown) {
      if (!isFull(thrown)) throw thrown
      return refusal(item, [{ path: [], message: thrown.message, code: thrown.code }])
    }
    return { ...sorted, quarantineId, outcome: outcomeOf(sorted), errors: [], successors }
  }

  async function readOrRefuse(
    item: QuarantinedItem,
    patch: ReplayOptions['patch'],
  ): Promise<Reading | { errors: Issue[] }> {
    try {
      const reading = await readAgain(item, patch)
      const errors = objections(item, reading)
      return errors === undefined ? reading : { errors }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      const { code, message, errors } = thrown
      return { errors: errors.length > 0 ? [...errors] : [{ path: [], message, code }] }
    }
  }

  /** As `keep` would sort them, but for items of one body that share an id. */
  async function wouldKeep({ tenantId }: QuarantinedItem, reading: Reading): Promise<Sorted> {
    const sorted: Sorted = { kept: [], refused: [] }
    for (const item of reading.items) {
      if (!('event' in item)) {
        sorted.refused.push(item)
        continue
      }
      const held = await events.get(tenantId, item.event.eventId)
      const isDuplicate = held !== undefined && sameContent(held.raw, item.event.raw)
      if (held === undefined || isDuplicate) sorted.kept.push({ item, isDuplicate })
      else sorted.refused.push(conflict(item, reading.standard))
    }
    return sorted
  }

  return (tenantId, quarantineId, options = {}) =>
    // One at a time: two repairs of one item must not become two events.
    inTurn(JSON.stringify([tenantId, quarantineId]), async () => {
      const item = await quarantine.get(tenantId, quarantineId)
      return item && replayHeld(item, options)
    })
}

/** What stands against taking a reading for what became of the item. */
function objections(item: QuarantinedItem, { items, standard }: Reading): Issue[] | undefined {
  const [first] = items
  if (first === undefined) {
    return [{ path: [], message: 'There is no event or entity in it', code: 'empty' }]
  }
  const wasConflict = item.errors.some(({ code }) => code === 'conflict')
  // Also when the first with this id is no longer in the hot store: the lake has it.
  if (item.scope === 'body' || !wasConflict || !('event' in first)) return undefined
  return first.event.eventId === item.id ? conflict(first, standard).errors : undefined
}

function refusal({ quarantineId }: QuarantinedItem, errors: Issue[]): ReplayResult {
  return { quarantineId, outcome: 'refused', errors, kept: [], refused: [], successors: [] }
}

function outcomeOf({ kept }: Sorted): ReplayResult['outcome'] {
  if (kept.length === 0) return 'set_aside'
  return kept.every(({ isDuplicate }) => isDuplicate) ? 'duplicate' : 'stored'
}
