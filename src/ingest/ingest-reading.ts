import { setTimeout as wait } from 'node:timers/promises'
import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { SenderVerdicts } from '../governance/blocklist/compile'
import type { Governance } from '../governance/governance'
import type { Governing } from '../governance/governing'
import { loadCommonOf } from '../mapping/load-common'
import type { ConformanceCounts } from '../platform/conformance-counts'
import type { EventStore } from '../platform/event-store'
import type { QuarantineStore } from '../platform/quarantine-store'
import type { Spill } from '../platform/spill'
import type { TypeCounts } from '../platform/type-counts'
import { standardNamed } from '../standards'
import { eachOf, inTurns, STEP_ITEMS } from '../syntax/steps'
import type { Log } from '../telemetry/log'
import type { Watch } from '../watch/watch'
import type { Kept, Origin, Outcome } from './arrival'
import { askedOnce, type BusyStore, createBusyStores } from './busy-store'
import { countTypesWith } from './count-types'
import { ungoverned } from './govern-failure'
import { outcomeOf } from './outcome'
import { createRecordStore, type RecordStoreNeeds } from './record-store'
import { rememberSessions, screened } from './screen'
import type { SessionDocuments } from './sessions'
import { acknowledge } from './steps/acknowledge'
import { appendWith, StoreSpared } from './steps/append'
import { countWith } from './steps/count'
import type { Ready } from './steps/govern'
import { quarantineWith } from './steps/quarantine'
import { refuse } from './steps/refuse'
import { stampWith } from './steps/stamp'

interface PrepareNeeds {
  /** Whose sessions are is known here. Without them, no session is. */
  documents?: SessionDocuments | undefined
  /** Without it, no policy applies. */
  governance?: Governance | undefined
}

interface StoreNeeds extends RecordStoreNeeds, PrepareNeeds {
  events: Pick<EventStore, 'append'>
  /** Without it, nothing is counted by type. */
  typeCounts?: Pick<TypeCounts, 'add'> | undefined
}

type SpillAfter = ReturnType<typeof import('./spill')['createSpill']>

/** Tells the items of a reading apart, and governs them. @throws {StorageError} */
export type Prepare = (sent: Reading, origin: Origin) => Promise<Ready>

/**
 * Begins to govern a reading by the policy of its tenant.
 * @returns undefined when nothing of it is governed, or it was before
 * @throws {StorageError} when that cannot be told
 */
async function beginGoverning(
  { standard, items }: Pick<Reading, 'standard' | 'items'>,
  origin: Origin,
  governance: Governance | undefined,
): Promise<Governing | undefined> {
  if (governance === undefined || origin.isGoverned === true) return undefined
  const sent = items.map((item) => ('event' in item ? item.event : item))
  return governance.over(origin, standard, sent)
}

export function createPrepare(needs: PrepareNeeds) {
  async function toldApart(sent: Reading, origin: Origin): Promise<Ready> {
    // It was held to its sender's terms before it had to wait, when people in it had their own names.
    const reading = origin.isGoverned ? sent : await screened(sent, origin, needs)
    const told = await inTurns(refuse(reading, origin))
    return { reading, origin, ...told, withheld: [], counted: [] }
  }

  /** @returns undefined when nothing of it is governed */
  async function governed(
    sent: Reading,
    origin: Origin,
    verdicts?: SenderVerdicts,
  ): Promise<Ready | undefined> {
    const governing = await beginGoverning(sent, origin, needs.governance)
    if (governing === undefined) return undefined
    const { govern } = await import('./steps/govern')
    const commonOf = await loadCommonOf(sent.standard)
    return govern(governing, await toldApart(sent, origin), { sent, commonOf, verdicts })
  }

  const prepare: Prepare = async (sent, origin) =>
    (await governed(sent, origin)) ?? toldApart(sent, origin)
  return { toldApart, governed, prepare }
}

/**
 * Stores a reading.
 * @throws {StorageError} all of it may be tried again: what was stored is recognised
 */
export type Store = (ready: Ready) => Promise<Outcome>

const now = () => performance.now()
const { random } = Math

/**
 * Stores every item of a reading that can be an event, and tells which items cannot.
 * @param busyFor is there where what throws a `StorageError` is spilled
 */
export function createStore(needs: StoreNeeds, busyFor?: (tenantId: string) => BusyStore): Store {
  const { events } = needs
  const append = appendWith({ events, wait, now, random, busyFor })
  const underTerms = createRecordStore(needs)
  const countTypes = countTypesWith(needs.typeCounts)

  return async function store(ready) {
    const { reading, origin, readable, refused, withheld, counted, sessions } = ready
    const isWhole =
      standardNamed(reading.standard)?.onRefusal === 'request' && origin.duplicates !== 'accept'
    const about = { ...origin, standard: reading.standard }
    const commonOf = await loadCommonOf(reading.standard)
    const { appended } = await underTerms(about, async (terms) => {
      const stamp = stampWith({ ...origin, terms, commonOf })
      const records = await inTurns(eachOf(readable, ({ event }) => stamp(event), STEP_ITEMS))
      return { records, appended: await append(records, isWhole) }
    })
    const outcome = outcomeOf(reading, readable, appended, refused)
    await rememberSessions(reading, outcome.stored, { ...origin, sessions }, needs)
    countTypes(origin, outcome.stored)
    return { ...outcome, withheld, counted }
  }
}

export interface IngestReadingNeeds extends StoreNeeds {
  quarantine: QuarantineStore
  /** Without it, nothing is counted. */
  conformance?: Pick<ConformanceCounts, 'add'> | undefined
  watch?: Pick<Watch, 'arrived'> | undefined
  /** Without it, a request that the stores cannot take is refused. */
  spill?: Pick<Spill, 'put'> | undefined
  /** If true, a busy store is asked once and not waited for: the caller comes again. */
  asksOnce?: boolean | undefined
  log: Log
}

/** Does what `Ingest` does, for a body that has been read. */
export type IngestReading = (
  reading: Reading,
  origin: Origin,
  kept?: Kept,
  verdicts?: SenderVerdicts,
) => Promise<Receipt>

/**
 * Makes a function that takes a reading in. What is governed is governed first: whatever fails after
 * that, what waits in its place is what may be kept.
 */
export function createIngestReading(needs: IngestReadingNeeds): IngestReading {
  const { toldApart, governed } = createPrepare(needs)
  const spilling = needs.spill && createBusyStores({ now, random })
  const busyFor = needs.asksOnce ? () => askedOnce : spilling
  const store = createStore(needs, busyFor)
  const quarantine = quarantineWith({ store: needs.quarantine })
  const count = countWith(needs)

  /** Few requests are spilled: what does that is loaded by the first. */
  const spillAfter: SpillAfter = async (...failed) => {
    const { createSpill } = await import('./spill')
    return createSpill(needs)(...failed)
  }

  async function ingestReady(ready: Ready): Promise<Receipt> {
    const { reading, origin } = ready
    const { stored, refused, ...rest } = await store(ready)
    const quarantined = await quarantine(refused, reading, origin)
    count(origin, { stored, refused, ...rest })
    return acknowledge(origin, stored, quarantined, ready)
  }

  /**
   * Spills what could not be stored. Where that fails too, the store that was spared is asked after all: of
   * two that may be busy, each is tried.
   * @param after does what is due of a request that waits
   */
  async function spillOrAsk(
    thrown: unknown,
    { reading, origin }: Pick<Ready, 'reading' | 'origin'>,
    { after, ask }: { after: (receipt: Receipt) => Receipt; ask: () => Promise<Receipt> },
  ): Promise<Receipt> {
    const spilled = await spillAfter(thrown, reading, origin).catch((failed) => {
      busyFor?.(origin.tenantId).askAgain()
      if (thrown instanceof StoreSpared) return undefined
      throw failed
    })
    return spilled === undefined ? ask() : after(spilled)
  }

  return async function ingestReading(sent, origin, kept, verdicts) {
    const ready = await governed(sent, origin, verdicts).catch(ungoverned)
    const changed = new Set(ready && changedIn(sent, ready))
    const readable = ready?.readable ?? sent.items.filter((item) => 'event' in item)
    await kept?.(readable, ({ index }) => changed.has(index))
    if (ready === undefined) {
      const ask = () => toldApart(sent, origin).then(ingestReady)
      const after = (receipt: Receipt) => receipt
      return ask().catch((thrown) => spillOrAsk(thrown, { reading: sent, origin }, { after, ask }))
    }
    const ask = () => ingestReady(ready)
    function after(receipt: Receipt): Receipt {
      const { origin, withheld, counted, blocked } = ready!
      // They are counted when they are withheld, and not with what waits.
      count(origin, { stored: [], refused: [], withheld, counted })
      const told = { ...receipt, ...(blocked && { blocked }) }
      return withheld.length === 0 ? told : { ...told, withheld }
    }
    return ask().catch((thrown) => spillOrAsk(thrown, ready, { after, ask }))
  }
}

/** Lists the places of items that a policy changed. */
function changedIn(sent: Reading, { readable }: Ready): number[] {
  const texts = new Map(readable.map(({ index, event }) => [index, event.raw]))
  return sent.items.flatMap((item) => {
    const raw = 'event' in item ? item.event.raw : item.raw
    return texts.has(item.index) && texts.get(item.index) !== raw ? [item.index] : []
  })
}
