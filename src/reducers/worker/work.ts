import { comparableId } from '../../event/person-id'
import { type PlainRecord, reducedEventOf } from '../event'
import type { Scope } from '../kept/places'
import type { LoadedReducer } from '../loaded'
import type { ReducedEvent, Reducer } from '../reducer'
import { reasonOf } from '../run/fault'
import {
  type Batch,
  type Done,
  encode,
  type LiveDocument,
  nameOf,
  openDocument,
  type Running,
  type Task,
  takeIn,
} from '../run/live-document'
import { wants, whoseBy } from '../scope'
import { createMemory } from './memory'
import {
  type Answer,
  type Ask,
  eventNameOf,
  type Hung,
  type Job,
  type Needed,
  type Ripe,
  type Slot,
  type Sum,
  type Which,
} from './protocol'

interface Planned extends Omit<Needed, 'planned'> {
  tasks: Task[]
}

// They tell of what kind they are; how many there are is counted.
const TOLD_FAILURES = 20
// A message has some megabytes.
const FLUSHED_AT_ONCE = 1000
const FLUSHED_BYTES = 4 * 1024 * 1024

/** Answers what a worker is asked, one after the other. */
export function createWork(
  reducers: readonly Reducer[],
  loaded: readonly Pick<LoadedReducer, 'origin'>[],
  tick: (reducer: number, place: number) => void,
): (ask: Ask) => Answer {
  const isOurs = loaded.map(({ origin }) => origin === OWN)
  const memory = createMemory()
  let hung: Hung = new Map()
  let batch: Batch & { isCached: boolean } = EMPTY
  let planned: Planned[] = []

  const running: Running = {
    ...{ reducers, tick, isTrusted: (reducer) => isOurs[reducer]! },
    hungOn(reducer, event) {
      const own = hung.get(reducer)
      return own?.get(event === undefined ? '' : eventNameOf(event))
    },
  }

  function plan({ records, ...job }: Job): Needed[] {
    // Whoever is ours changes nothing that it is given: nothing has to be frozen for them.
    const isFrozen = job.slots.some(({ reducer }) => !isOurs[reducer])
    const parsed = JSON.parse(records) as PlainRecord[]
    const events = parsed.map((record) => reducedEventOf(record, isFrozen))
    batch = { ...job, events }
    planned = planOf(job, events, reducers)
    return planned.flatMap(({ tenantId, of }, at) => {
      const isHere = job.isCached && memory.has(nameOf(tenantId, of))
      return isHere ? [] : [{ planned: at, tenantId, of }]
    })
  }

  function ripe(live: LiveDocument, done: Done[]): Ripe {
    const { tenantId, of, etag, isDamaged } = live
    if (live.changed.size === 0) return { ...{ tenantId, of, etag, newPlaces: [] }, done }
    const { bytes, newPlaces, failures } = encode(live, running)
    const shown = failures.map(({ reducer, failure }): Done => {
      return { slot: '', reducer, applied: 0, repeated: 0, failures: [failure], ms: 0 }
    })
    const isTooLarge = bytes === undefined
    return {
      tenantId,
      of,
      etag,
      bytes,
      newPlaces,
      isTooLarge,
      isDamaged,
      done: [...done, ...shown],
    }
  }

  function flush(which: Which): Ripe[] {
    const ready: Ripe[] = []
    let bytes = 0
    for (const live of memory.dirty(isAmong(which))) {
      const one = ripe(live, [])
      ready.push(one)
      bytes += one.bytes?.length ?? 0
      live.changed = new Map()
      live.newPlaces = new Set()
      if (ready.length === FLUSHED_AT_ONCE || bytes >= FLUSHED_BYTES) break
    }
    return ready
  }

  function answer(ask: Ask): Answer {
    const { id } = ask
    if ('plan' in ask) {
      hung = ask.hung
      return { id, needed: plan(ask.plan) }
    }
    if ('flush' in ask) {
      hung = ask.hung
      return { id, ripe: flush(ask.flush) }
    }
    if ('kept' in ask) {
      for (const { tenantId, of, etag } of ask.kept) memory.keep(nameOf(tenantId, of), etag)
      memory.evict()
      return { id, done: true }
    }
    if ('drop' in ask) {
      memory.forget(isAmong(ask.drop))
      return { id, done: true }
    }
    if (!batch.isCached) {
      const documents = ask.reduce.map(({ planned: at, document }): Ripe => {
        const { tasks, ...of } = planned[at]!
        const live = openDocument(of, document)
        return ripe(live, takeIn(live, tasks, batch, running))
      })
      return { id, ripe: documents }
    }
    for (const { planned: at, document } of ask.reduce) {
      const { tenantId, of } = planned[at]!
      memory.add(nameOf(tenantId, of), openDocument({ tenantId, of }, document))
    }
    const sums = new Map<number, Sum>()
    for (const { tenantId, of, tasks } of planned) {
      const live = memory.use(nameOf(tenantId, of))
      for (const done of takeIn(live, tasks, batch, running)) addTo(sums, done)
    }
    return { id, sums: [...sums.values()], isFull: memory.evict() }
  }

  return (ask) => {
    try {
      return answer(ask)
    } catch (error) {
      return { id: ask.id, failed: reasonOf(error) }
    }
  }
}

export const OWN = 'nonius'

const EMPTY = { events: [], isBuilding: false, isCached: false, now: '' }

function isAmong({ tenantId, learners }: Which): (live: LiveDocument) => boolean {
  const wanted = learners && new Set(learners.map(comparableId))
  return (live) => {
    if (tenantId !== undefined && live.tenantId !== tenantId) return false
    if (wanted === undefined) return true
    return 'learner' in live.of && wanted.has(comparableId(live.of.learner))
  }
}

function addTo(sums: Map<number, Sum>, { reducer, applied, repeated, failures, ms }: Done) {
  const sum = sums.get(reducer) ?? {
    ...{ reducer, applied: 0, repeated: 0, failed: 0, failures: [], ms: 0 },
  }
  sums.set(reducer, sum)
  sum.applied += applied
  sum.repeated += repeated
  sum.failed += failures.length
  sum.failures.push(...failures.slice(0, TOLD_FAILURES - sum.failures.length))
  sum.ms += ms
}

/** Tells scopes apart as they are said, for less than their keys take to be made. */
function saidOf(tenantId: string, of: Scope): string {
  if (!('learner' in of))
    return `${tenantId} ${'source' in of ? 'source' : 'group'} ${Object.values(of)[0]}`
  const learner = `${tenantId} learner ${of.learner.length} ${of.learner}`
  return 'field' in of ? `${learner} ${of.field} ${of.value}` : learner
}

type Document = Planned & { bySlot: Map<string, Task & { events: number[] }> }

/** Says which documents have which events to take in, in the order of the events. */
function planOf(
  { slots }: Pick<Job, 'slots'>,
  events: readonly ReducedEvent[],
  reducers: readonly Reducer[],
): Planned[] {
  const byTenant = new Map<string, Map<string, Slot[]>>()
  for (const [tenantId, own] of Map.groupBy(slots, (one) => one.tenantId)) {
    const byScope = Map.groupBy(own, ({ reducer }) => JSON.stringify(reducers[reducer]!.scope))
    byTenant.set(tenantId, byScope)
  }
  const excluded = new Map(slots.map((slot) => [slot, slot.not && new Set(slot.not)]))
  const documents = new Map<string, Document>()
  // Spellings of one person come to one name; most events have one that was there before.
  const named = new Map<string, Document>()

  function documentOf(tenantId: string, of: Scope): Document {
    const said = saidOf(tenantId, of)
    const found = named.get(said)
    if (found !== undefined) return found
    const name = nameOf(tenantId, of)
    const document = documents.get(name) ?? { tenantId, of, tasks: [], bySlot: new Map() }
    documents.set(name, document)
    named.set(said, document)
    return document
  }

  for (const [place, event] of events.entries()) {
    const { tenantId } = event
    for (const sharing of byTenant.get(tenantId)?.values() ?? []) {
      const wanting = sharing.filter(
        (slot) => !excluded.get(slot)?.has(place) && wants(reducers[slot.reducer]!, event),
      )
      const first = wanting[0]
      const of = first && whoseBy(reducers[first.reducer]!.scope, event)
      if (of === undefined) continue
      const document = documentOf(tenantId, of)
      for (const { slot, reducer, isShown } of wanting) {
        const task = document.bySlot.get(slot)
        if (task === undefined)
          document.bySlot.set(slot, { slot, reducer, isShown, events: [place] })
        else task.events.push(place)
      }
    }
  }
  return [...documents.values()].map(({ tenantId, of, bySlot }) => ({
    ...{ tenantId, of, tasks: [...bySlot.values()] },
  }))
}
