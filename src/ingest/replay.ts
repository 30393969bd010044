import { setImmediate as rest } from 'node:timers/promises'
import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { sameContent } from '../event/content'
import type { Reading } from '../event/reading'
import { type Reach, reaches } from '../identity/reach'
import type { Clock } from '../platform/clock'
import type { EventStore } from '../platform/event-store'
import type { QuarantinedItem, QuarantineStore } from '../platform/quarantine-store'
import type { Registry } from '../platform/registry'
import { isFull } from '../quarantine/bound'
import { mergedRepair } from '../quarantine/merge-repair'
import type { PatchOperation } from '../quarantine/patch'
import type { Repaired } from '../quarantine/repair'
import { createTurns } from '../quarantine/turns'
import { createKeep, type Sorted } from './keep'
import { conflict, setAsideWith } from './steps/set-aside'

/**
 * Reads what is kept by its standard, as on its arrival; with what the patch changed of it.
 * @throws {AppError} when it cannot be read
 */
export type ReadAgain = (
  item: QuarantinedItem,
  patch: readonly PatchOperation[] | undefined,
) => Promise<ReadAgainResult>

type ReadAgainResult = { reading: Reading } & Pick<Repaired, 'change'>

/** Who replays. */
export interface Replayer {
  tenantId: string
  /** Of the key, for the mark of a repair. */
  keyId: string
  reach: Reach
  /** Whether they may change what a source has to sign. */
  isAdmin: boolean
}

// A body may have tens of thousands of items; so many look-ups take a few milliseconds.
const LOOK_UPS = 50

interface Needs {
  events: EventStore
  quarantine: QuarantineStore
  registry: Pick<Registry, 'getSource'>
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

/**
 * @returns undefined when it is not held, or beyond the reach of whoever asks
 * @throws {AppError} `forbidden` for a repair of what only its source may say; `unavailable` when too
 * many wait for the same item
 */
export type Replay = (
  who: Replayer,
  quarantineId: string,
  options?: ReplayOptions,
) => Promise<ReplayResult | undefined>

/**
 * Sends what is in quarantine through the pipeline again, with the source, the time and the request
 * that it came with. It leaves the quarantine only once what it became is durable; whatever fails in
 * between, the next replay recognises what was stored.
 */
export function createReplay(needs: Needs): Replay {
  const { events, quarantine, registry, readAgain, config, clock } = needs
  const keep = createKeep({ events, config })
  const inTurn = createTurns()

  async function replayHeld(
    item: QuarantinedItem,
    { patch, dryRun }: ReplayOptions,
    { keyId }: Replayer,
  ): Promise<ReplayResult> {
    const { tenantId, quarantineId } = item
    const at = clock.now().toISOString()

    async function stay(errors: Issue[]): Promise<ReplayResult> {
      // Reasons are those of what is kept; what was wrong with a repair is noted beside them.
      const reasons = patch === undefined ? errors : item.errors
      const said = { errors: reasons, lastReplay: { at, errors } }
      if (!dryRun) await quarantine.amend(tenantId, quarantineId, said)
      return refusal(quarantineId, errors)
    }

    const read = await readOrRefuse(item, patch)
    if ('errors' in read) return stay(read.errors)

    const { reading, change } = read
    const repair = change && mergedRepair(item.repair, { by: keyId, at, ...change })
    const arrival = { ...item, storedAt: at, ...(repair && { repair }) }
    const sorted = dryRun ? await wouldKeep(item, reading) : await keep(reading, arrival)
    const [first] = sorted.refused
    if (item.scope === 'item' && first !== undefined) return stay(first.errors)

    const successors = sorted.refused.map(setAsideWith({ ...arrival, reading }))
    try {
      if (!dryRun) await quarantine.release(tenantId, quarantineId, successors)
    } catch (thrown) {
      if (!isFull(thrown)) throw thrown
      return refusal(quarantineId, [{ path: [], message: thrown.message, code: thrown.code }])
    }
    return { ...sorted, quarantineId, outcome: outcomeOf(sorted), errors: [], successors }
  }

  async function readOrRefuse(
    item: QuarantinedItem,
    patch: ReplayOptions['patch'],
  ): Promise<ReadAgainResult | { errors: Issue[] }> {
    try {
      const read = await readAgain(item, patch)
      const errors = objections(item, read.reading)
      return errors === undefined ? read : { errors }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      const { code, message, errors } = thrown
      return { errors: errors.length > 0 ? [...errors] : [{ path: [], message, code }] }
    }
  }

  /** As `keep` would sort them, but for items of one body that share an id. */
  async function wouldKeep({ tenantId }: QuarantinedItem, reading: Reading): Promise<Sorted> {
    const sorted: Sorted = { kept: [], refused: [] }
    for (const [at, item] of reading.items.entries()) {
      if (at % LOOK_UPS === LOOK_UPS - 1) await rest()
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

  /** What a source has to sign is its own word: nobody else may change it but who may change the source. */
  async function requireRepairable({ tenantId, sourceId }: QuarantinedItem): Promise<void> {
    const source = await registry.getSource(tenantId, sourceId)
    if (source?.signing?.required !== true) return
    const detail = `Source ${sourceId} signs what it sends: only an administrator's key may repair it.`
    throw new AppError('forbidden', detail)
  }

  return (who, quarantineId, { patch: sent = [], ...more } = {}) => {
    // Without operations it is a replay like any other.
    const options = { ...more, ...(sent.length > 0 && { patch: sent }) }
    // One at a time: two repairs of one item must not become two events.
    return inTurn(JSON.stringify([who.tenantId, quarantineId]), async () => {
      const item = await quarantine.get(who.tenantId, quarantineId)
      if (item === undefined || !reaches(who.reach, item.sourceId)) return undefined
      if (options.patch !== undefined && !who.isAdmin) await requireRepairable(item)
      return replayHeld(item, options, who)
    })
  }
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

export function refusal(quarantineId: string, errors: Issue[]): ReplayResult {
  return { quarantineId, outcome: 'refused', errors, kept: [], refused: [], successors: [] }
}

function outcomeOf({ kept }: Sorted): ReplayResult['outcome'] {
  if (kept.length === 0) return 'set_aside'
  return kept.every(({ isDuplicate }) => isDuplicate) ? 'duplicate' : 'stored'
}
