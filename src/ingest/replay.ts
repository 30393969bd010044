import { setImmediate as rest } from 'node:timers/promises'
import type { VerifyJws } from '../access/signatures/jws'
import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { sameContent } from '../event/content'
import type { Reading } from '../event/reading'
import { type Reach, reaches } from '../identity/reach'
import type { EventStore } from '../platform/event-store'
import type { QuarantinedItem, QuarantineStore } from '../platform/quarantine-store'
import type { Registry } from '../platform/registry'
import { isFull } from '../quarantine/bound'
import { mergedRepair } from '../quarantine/merge-repair'
import { createMutex } from '../quarantine/mutex'
import type { PatchOperation } from '../quarantine/patch'
import { quarantinedBody } from '../quarantine/quarantine-body'
import { isUnreadable, type Origin, type Outcome, type Parsed, type Part } from './arrival'
import type { FindTypes } from './event-types'
import { createStore } from './ingest'
import { type IssueInItem, issuesInItem } from './issues-in-item'
import { conflict } from './outcome'
import { readAgainWith } from './read-again'
import type { RecordStoreNeeds } from './record-store'
import { screened } from './screen'
import type { SessionDocuments } from './sessions'
import { quarantinedItemWith } from './steps/quarantine'

/** A replayer is a person or a program that replays. */
export interface Replayer {
  tenantId: string
  /** The mark of a repair has this id of the key. */
  keyId: string
  reach: Reach
  /** An admin may change what a source has to sign. */
  isAdmin: boolean
}

// So many look-ups run at once: a body may have tens of thousands of items, and these take a few
// milliseconds.
const LOOK_UPS = 50

interface Needs extends RecordStoreNeeds {
  events: EventStore
  quarantine: QuarantineStore
  documents?: SessionDocuments | undefined
  registry: Pick<Registry, 'sources'>
  findTypes: FindTypes
  config: RecordStoreNeeds['config'] & { maxBodyBytes: number }
  verifyJws: VerifyJws
}

export interface ReplayOptions {
  patch?: readonly PatchOperation[] | undefined
  /** A dry run says what would become of the item, and changes nothing. */
  dryRun?: boolean | undefined
}

export interface ReplayResult extends Outcome {
  quarantineId: string
  /**
   * The outcome `stored` means that the item is an event now, or that a body had some in it.
   * `duplicate`: it was an event already. `set_aside`: a body could be read, and its items are in
   * quarantine one by one. `refused`: it still cannot be stored, and stays where it is.
   */
  outcome: 'stored' | 'duplicate' | 'set_aside' | 'refused'
  /** These are the reasons why it was refused. */
  errors: IssueInItem[]
  /** These items are in quarantine instead of a body. */
  successors: QuarantinedItem[]
}

/**
 * Replays one item.
 * @returns undefined when the item is not in quarantine, or beyond the reach of the replayer
 * @throws {AppError} `forbidden` for a repair of what only its source may say; `unavailable` when
 * too many wait for the same item
 */
export type Replay = (
  who: Replayer,
  quarantineId: string,
  options?: ReplayOptions,
) => Promise<ReplayResult | undefined>

/**
 * Sends a quarantined item through the steps of `ingest.ts` again, with the source, the time and
 * the request that it came with. It leaves the quarantine only once its events are durable;
 * whatever fails in between, the next replay recognises what was stored.
 */
export function createReplay(needs: Needs): Replay {
  const { events, quarantine, registry, clock } = needs
  const readAgain = readAgainWith(needs)
  const store = createStore(needs)
  const alone = createMutex()

  async function replayHeld(
    item: QuarantinedItem,
    { patch, dryRun }: ReplayOptions,
    { keyId }: Replayer,
  ): Promise<ReplayResult> {
    const { tenantId, quarantineId } = item
    const at = clock.now().toISOString()

    async function stay(errors: Issue[]): Promise<ReplayResult> {
      // The reasons are those of the item as it is; the issues of a repair are noted beside them.
      const reasons = patch === undefined ? errors : item.errors
      const said = { errors: reasons, lastReplay: { at, errors } }
      if (!dryRun) await quarantine.amend(tenantId, quarantineId, said)
      return refusal(quarantineId, issuesInItem(item, errors))
    }

    const read = await readAgain(item, patch)
    if (isUnreadable(read)) return stay(read.errors)
    const { parsed, change } = read
    const objections = objectionsTo(parsed, item)
    if (objections !== undefined) return stay(objections)

    const repair = change && mergedRepair(item.repair, { by: keyId, at, ...change })
    const origin = { ...item, storedAt: at, ...(repair && { repair }) }
    const parts = Array.isArray(parsed) ? parsed : [{ text: item.raw, reading: parsed }]
    const outcomes = await Promise.all(parts.map((part) => replayPart(part, origin, dryRun)))
    const stored = outcomes.flatMap((one) => one.stored)
    const refused = outcomes.flatMap((one) => one.refused)
    if (item.scope === 'item' && refused[0] !== undefined) return stay(refused[0].errors)

    const successors = outcomes.flatMap((one) => one.successors)
    try {
      if (!dryRun) await quarantine.release(tenantId, quarantineId, successors)
    } catch (thrown) {
      if (!isFull(thrown)) throw thrown
      const full = [{ path: [], message: thrown.message, code: thrown.code }]
      return refusal(quarantineId, issuesInItem(item, full))
    }
    const outcome = outcomeNamed(stored)
    return { stored, refused, quarantineId, outcome, errors: [], successors }
  }

  async function replayPart(
    part: Part,
    origin: Origin & QuarantinedItem,
    dryRun = false,
  ): Promise<Pick<ReplayResult, 'stored' | 'refused' | 'successors'>> {
    if ('unreadable' in part) {
      const { contentType, encoding: _, ...context } = origin.context
      const about = { ...origin, contentType, context, errors: part.unreadable.errors }
      const successor = quarantinedBody(part.text, about, origin.receivedAt)
      return { stored: [], refused: [], successors: [successor] }
    }
    const { reading } = part
    const outcome = await (dryRun
      ? wouldStore(await screened(reading, origin, needs), origin)
      : store(reading, origin))
    const successors = outcome.refused.map(quarantinedItemWith(reading, origin))
    return { ...outcome, successors }
  }

  /** Tells the outcome that `store` would have, but for items of one body that share an id. */
  async function wouldStore({ items, standard }: Reading, { tenantId }: Origin): Promise<Outcome> {
    const outcome: Outcome = { stored: [], refused: [] }
    for (const [at, item] of items.entries()) {
      if (at % LOOK_UPS === LOOK_UPS - 1) await rest()
      if (!('event' in item)) {
        outcome.refused.push(item)
        continue
      }
      const held = await events.get(tenantId, item.event.eventId)
      const isDuplicate = held !== undefined && sameContent(held.raw, item.event.raw)
      if (held === undefined || isDuplicate) outcome.stored.push({ item, isDuplicate })
      else outcome.refused.push(conflict(item, standard))
    }
    return outcome
  }

  /**
   * Refuses a repair of text that a source has to sign: only a key that may change the source may
   * change it.
   */
  async function requireRepairable({ tenantId, sourceId }: QuarantinedItem): Promise<void> {
    const source = await registry.sources.get(tenantId, sourceId)
    if (source?.signing?.required !== true) return
    const detail = `Source ${sourceId} signs what it sends: only an administrator's key may repair it.`
    throw new AppError('forbidden', detail)
  }

  return (who, quarantineId, { patch: sent = [], ...more } = {}) => {
    // A patch without operations is a replay like any other.
    const options = { ...more, ...(sent.length > 0 && { patch: sent }) }
    // Replays of one item run one at a time: two repairs of it must not become two events.
    return alone(JSON.stringify([who.tenantId, quarantineId]), async () => {
      const item = await quarantine.get(who.tenantId, quarantineId)
      if (item === undefined || !reaches(who.reach, item.sourceId)) return undefined
      if (options.patch !== undefined && !who.isAdmin) await requireRepairable(item)
      return replayHeld(item, options, who)
    })
  }
}

/**
 * Returns the reasons against storing what was read, because of how the item came into quarantine.
 */
function objectionsTo(parsed: Parsed, item: QuarantinedItem): Issue[] | undefined {
  if (isEmpty(parsed)) {
    return [{ path: [], message: 'There is no event or entity in it', code: 'empty' }]
  }
  if (item.scope === 'body' || Array.isArray(parsed)) return undefined
  const [first] = parsed.items
  const wasConflict = item.errors.some(({ code }) => code === 'conflict')
  // The conflict holds also when the first event with this id is no longer in the hot store: the
  // lake has it.
  if (!wasConflict || first === undefined || !('event' in first)) return undefined
  return first.event.eventId === item.id ? conflict(first, parsed.standard).errors : undefined
}

function isEmpty(parsed: Parsed): boolean {
  if (!Array.isArray(parsed)) return parsed.items.length === 0
  return parsed.every((part) => 'reading' in part && part.reading.items.length === 0)
}

export function refusal(quarantineId: string, errors: IssueInItem[]): ReplayResult {
  return { quarantineId, outcome: 'refused', errors, stored: [], refused: [], successors: [] }
}

function outcomeNamed(stored: Outcome['stored']): ReplayResult['outcome'] {
  if (stored.length === 0) return 'set_aside'
  return stored.every(({ isDuplicate }) => isDuplicate) ? 'duplicate' : 'stored'
}
