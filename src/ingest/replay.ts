import { setImmediate as rest } from 'node:timers/promises'
import type { VerifyJws } from '../access/signatures/jws'
import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { sameContent } from '../event/content'
import { BLOCKED } from '../governance/blocklist/blocklist'
import type { Blocklists } from '../governance/blocklist/create'
import type { Governance } from '../governance/governance'
import { type Reach, reaches } from '../identity/reach'
import type { ConformanceCounts } from '../platform/conformance-counts'
import type { EventStore } from '../platform/event-store'
import type { QuarantinedItem, QuarantineStore } from '../platform/quarantine-store'
import type { Registry } from '../platform/registry'
import { isFull } from '../quarantine/bound'
import { mergedRepair } from '../quarantine/merge-repair'
import { createMutex } from '../quarantine/mutex'
import type { PatchOperation } from '../quarantine/patch'
import { quarantinedBody } from '../quarantine/quarantine-body'
import { addedUp } from './added-up'
import { isUnreadable, type Origin, type Outcome, type Parsed, type Part } from './arrival'
import type { FindTypes } from './event-types'
import { createPrepare, createStore } from './ingest-reading'
import { type IssueInItem, issuesInItem } from './issues-in-item'
import { conflict } from './outcome'
import { readAgainWith } from './read-again'
import type { RecordStoreNeeds } from './record-store'
import type { SessionDocuments } from './sessions'
import { countWith } from './steps/count'
import type { Ready } from './steps/govern'
import { quarantinedItemWith } from './steps/quarantine'
import { governedBody } from './steps/quarantine-body'

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
  /** Without it, nothing is counted that a policy withholds. */
  conformance?: Pick<ConformanceCounts, 'add'> | undefined
  quarantine: QuarantineStore
  documents?: SessionDocuments | undefined
  /** Without it, no policy applies. */
  governance?: Governance | undefined
  /** Without it, nobody is blocked. */
  blocklist?: Pick<Blocklists, 'hasRule'> | undefined
  registry: Pick<Registry, 'sources'>
  findTypes: FindTypes
  config: RecordStoreNeeds['config'] & { maxBodyBytes: number }
  verifyJws: VerifyJws
}

export interface ReplayOptions {
  patch?: readonly PatchOperation[] | undefined
  /** A dry run says what would become of the item, and changes nothing. */
  dryRun?: boolean | undefined
  /** Lets through what a rule of the policy holds, or its blocklist: somebody asks for it. True when left out. */
  releases?: boolean | undefined
}

export interface ReplayResult extends Outcome {
  quarantineId: string
  /**
   * The outcome `stored` means that the item is an event now, or that a body had some in it.
   * `duplicate`: it was an event already. `set_aside`: a body could be read, and its items are in
   * quarantine one by one. `withheld`: the policy of its tenant does not let us keep it any longer, and
   * it is gone. `refused`: it still cannot be stored, and stays where it is.
   */
  outcome: 'stored' | 'duplicate' | 'set_aside' | 'withheld' | 'refused'
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
  const { events, quarantine, registry, governance, clock } = needs
  const readAgain = readAgainWith(needs)
  const { prepare } = createPrepare(needs)
  const store = createStore(needs)
  const count = countWith(needs)
  const alone = createMutex()

  async function replayHeld(
    item: QuarantinedItem,
    { patch, dryRun, releases = true }: ReplayOptions,
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

    if (!releases && (await isStillBlocked(item))) {
      return refusal(quarantineId, issuesInItem(item, item.errors))
    }
    const read = await readAgain(item, patch)
    if (isUnreadable(read)) return stay(read.errors)
    const { parsed, change, optOut } = read
    const objections = objectionsTo(parsed, item)
    if (objections !== undefined) return stay(objections)

    const repair = change && mergedRepair(item.repair, { by: keyId, at, ...change })
    const origin = {
      ...{ ...item, storedAt: at, optOut },
      ...(repair && { repair }),
      ...(releases && { isReleased: true as const }),
      ...(dryRun && { isTrial: true as const }),
    }
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
    const withheld = addedUp(outcomes.flatMap((one) => one.withheld))
    const counted = outcomes.flatMap((one) => one.counted)
    if (!dryRun) count(origin, { stored: [], refused: [], withheld, counted })
    const outcome = outcomeNamed(stored, successors, withheld)
    const fared = { stored, refused, withheld, counted }
    return { ...fared, quarantineId, outcome, errors: [], successors }
  }

  /** Who replays all that there is has not looked at what is held of a sender. @throws {StorageError} */
  async function isStillBlocked({ tenantId, errors, context }: QuarantinedItem): Promise<boolean> {
    if (!errors.some(({ code }) => code === BLOCKED)) return false
    return (await needs.blocklist?.hasRule(tenantId, context.blockedBy)) ?? false
  }

  async function replayPart(
    part: Part,
    origin: Origin & QuarantinedItem,
    dryRun = false,
  ): Promise<Outcome & Pick<ReplayResult, 'successors'>> {
    if ('unreadable' in part) {
      const { contentType, encoding: _, ...context } = origin.context
      const about = { origin, context, governance, standard: { name: origin.standard } }
      const { body, withheld, ...kept } = await governedBody(part.text, part.unreadable, about)
      const successor = quarantinedBody(
        body,
        { ...origin, ...kept, contentType },
        origin.receivedAt,
      )
      return { stored: [], refused: [], withheld, counted: [], successors: [successor] }
    }
    const ready = await prepare(part.reading, origin)
    const outcome = await (dryRun ? wouldStore(ready) : store(ready))
    const successors = outcome.refused.map(quarantinedItemWith(ready.reading, ready.origin))
    return { ...outcome, successors }
  }

  /** Tells the outcome that `store` would have, but for items of one body that share an id. */
  async function wouldStore({ reading, origin, readable, ...told }: Ready): Promise<Outcome> {
    const { withheld, counted } = told
    const outcome: Outcome = { stored: [], refused: [...told.refused], withheld, counted }
    for (const [at, item] of readable.entries()) {
      if (at % LOOK_UPS === LOOK_UPS - 1) await rest()
      const held = await events.get(origin.tenantId, item.event.eventId)
      const isDuplicate = held !== undefined && sameContent(held.raw, item.event.raw)
      if (held === undefined || isDuplicate) outcome.stored.push({ item, isDuplicate })
      else outcome.refused.push(conflict(item, reading.standard))
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
  const nothing = { stored: [], refused: [], withheld: [], counted: [], successors: [] }
  return { ...nothing, quarantineId, outcome: 'refused', errors }
}

function outcomeNamed(
  stored: Outcome['stored'],
  successors: readonly QuarantinedItem[],
  withheld: Outcome['withheld'],
): ReplayResult['outcome'] {
  if (stored.length === 0) {
    return successors.length === 0 && withheld.length > 0 ? 'withheld' : 'set_aside'
  }
  return stored.every(({ isDuplicate }) => isDuplicate) ? 'duplicate' : 'stored'
}
