import { finish, type Steps } from '../../syntax/steps'
import type { Condition } from '../condition'
import { type Atom, waysTo, widthOf } from './atoms'
import { type Buckets, createBuckets, takeOut } from './buckets'
import { costOf } from './cost'
import type { Matches } from './match'
import type { Subject } from './subject'
import { wantedBy } from './wanted'

/** The index finds, for a record, those whose condition holds of it, without trying all of them. */
export interface ConditionIndex<Id> {
  /** Sets the condition of one who wants records of a tenant; left out, every event. */
  set(id: Id, tenantId: string, condition: Condition | undefined): void
  /** @returns false when it was not in the index */
  delete(id: Id): boolean
  /**
   * Finds those who want a record (`wantedBy`), each once, in steps of some hundred microseconds. The index
   * may change between them: whoever comes, goes or changes meanwhile may be found or not.
   */
  matching(subject: Subject, tenantId?: string): Steps<readonly Id[]>
  /**
   * Finds them at once, where that takes a sixteenth of a step and no more.
   * @returns undefined where it takes longer
   */
  matchAtOnce(subject: Subject, tenantId?: string): readonly Id[] | undefined
  /**
   * Finds them in one go.
   * @param tenantId of whom they are; that of the record when left out
   */
  match(subject: Subject, tenantId?: string): readonly Id[]
  readonly size: number
  /**
   * Adds up the costs of a tenant's conditions (`costOf`), of the same ones once: an event costs it some
   * 50 ns for each 1 at the worst, when every condition has to be tried and all of it.
   */
  cost(tenantId: string): number
  /** Says what the cost would be with another condition. */
  costWith(tenantId: string, condition: Condition | undefined): number
}

/** An entry is a condition with all who have it. */
interface Entry<Id> {
  text: string
  ids: Id[]
  wants: Matches
  /** It is found by these; without any it is tried with every record. */
  way: readonly Atom[] | undefined
  /** The match that came upon it last. */
  match: number
  cost: number
}

interface TenantIndex<Id> {
  entries: Map<string, Entry<Id>>
  places: Map<string, Buckets<Entry<Id>>>
  others: Entry<Id>[]
  cost: number
}

// Some 50 µs as a rule, and a few milliseconds of conditions and events that are made to be slow.
const STEP_COST = 1000

/** So many records are a step where each is matched at once. */
export const AT_ONCE = 16

/**
 * @param stepCost a step costs so much, as `costOf` counts, or a place or a condition more
 * @param wantsOf makes the matcher of a condition, for who wants entities as well
 */
export function createConditionIndex<Id>(
  stepCost = STEP_COST,
  wantsOf: (condition: Condition | undefined) => Matches = wantedBy,
): ConditionIndex<Id> {
  const tenants = new Map<string, TenantIndex<Id>>()
  const held = new Map<Id, { tenantId: string; entry: Entry<Id> }>()
  let matches = 0
  let changes = 0

  function drop(id: Id): boolean {
    const known = held.get(id)
    if (known === undefined) return false
    const { tenantId, entry } = known
    changes += 1
    held.delete(id)
    takeOut(entry.ids, id)
    if (entry.ids.length > 0) return true
    const tenant = tenants.get(tenantId)!
    tenant.entries.delete(entry.text)
    tenant.cost -= entry.cost
    unfile(tenant, entry)
    if (tenant.entries.size === 0) tenants.delete(tenantId)
    return true
  }

  function* matching(subject: Subject, tenantId = subject.record.tenantId): Steps<readonly Id[]> {
    const tenant = tenants.get(tenantId)
    if (tenant === undefined) return []
    matches += 1
    const match = matches
    const changesBefore = changes
    let left = stepCost

    // Lists of the index may change between steps: those to try are put down in one of their own.
    const toTry: Entry<Id>[] = []
    function note(entries: readonly Entry<Id>[]) {
      for (const entry of entries) {
        if (entry.match === match) continue
        entry.match = match
        toTry.push(entry)
      }
    }
    for (const buckets of tenant.places.values()) {
      buckets.find(subject, note)
      left -= buckets.cost()
      if (left > 0) continue
      yield
      left = stepCost
    }
    note(tenant.others)

    let ids: Id[] = []
    for (const entry of toTry) {
      if (entry.wants(subject)) {
        // Most often one condition holds, be it that of thousands.
        if (ids.length === 0) ids = entry.ids.slice()
        else for (const id of entry.ids) ids.push(id)
      }
      left -= entry.cost
      if (left > 0) continue
      yield
      left = stepCost
    }
    // Whoever changed its condition may have been found by both, and an entry by two matches at once.
    const isAlone = changes === changesBefore && matches === match
    return isAlone ? ids : [...new Set(ids)]
  }

  /** @param tenant has so few conditions that all of them may be tried */
  function matchFew(subject: Subject, tenant: TenantIndex<Id>): readonly Id[] {
    matches += 1
    const match = matches
    const ids: Id[] = []
    function tryAll(entries: readonly Entry<Id>[]) {
      for (const entry of entries) {
        if (entry.match === match) continue
        entry.match = match
        if (entry.wants(subject)) for (const id of entry.ids) ids.push(id)
      }
    }
    for (const buckets of tenant.places.values()) buckets.find(subject, tryAll)
    tryAll(tenant.others)
    return ids
  }

  /** Tells whether nothing that could be done for a record is more than a sixteenth of a step. */
  function isQuick({ cost, places }: TenantIndex<Id>): boolean {
    let left = stepCost / AT_ONCE - cost
    if (left < 0) return false
    for (const buckets of places.values()) left -= buckets.cost()
    return left >= 0
  }

  return {
    matchAtOnce(subject, tenantId = subject.record.tenantId) {
      const tenant = tenants.get(tenantId)
      if (tenant === undefined) return []
      return isQuick(tenant) ? matchFew(subject, tenant) : undefined
    },

    set(id, tenantId, condition) {
      const text = textOf(condition)
      const known = held.get(id)
      if (known?.tenantId === tenantId && known.entry.text === text) return
      drop(id)
      changes += 1
      const tenant = tenants.get(tenantId) ?? emptyTenant<Id>()
      tenants.set(tenantId, tenant)
      let entry = tenant.entries.get(text)
      if (entry === undefined) {
        const cost = costOfWanted(condition)
        entry = { text, ids: [], wants: wantsOf(condition), way: undefined, match: 0, cost }
        tenant.entries.set(text, entry)
        tenant.cost += cost
        file(tenant, entry, condition)
      }
      entry.ids.push(id)
      held.set(id, { tenantId, entry })
    },

    delete: drop,
    matching,
    match: (subject, tenantId) => finish(matching(subject, tenantId)),

    get size() {
      return held.size
    },
    cost: (tenantId) => tenants.get(tenantId)?.cost ?? 0,

    costWith(tenantId, condition) {
      const tenant = tenants.get(tenantId)
      if (tenant?.entries.has(textOf(condition))) return tenant.cost
      return (tenant?.cost ?? 0) + costOfWanted(condition)
    },
  }
}

const textOf = (condition: Condition | undefined) => JSON.stringify(condition ?? null)
const costOfWanted = (condition: Condition | undefined) =>
  condition === undefined ? 1 : costOf(condition)

function emptyTenant<Id>(): TenantIndex<Id> {
  return { entries: new Map(), places: new Map(), others: [], cost: 0 }
}

/** Files an entry under the way that the fewest go already. */
function file<Id>(tenant: TenantIndex<Id>, entry: Entry<Id>, condition: Condition | undefined) {
  const { places, others } = tenant
  const ways = condition === undefined ? [] : waysTo(condition)
  const loadOf = (way: readonly Atom[]) =>
    way.reduce((sum, atom) => sum + (places.get(atom.key)?.load(atom) ?? 0), widthOf(way))
  let least = Number.POSITIVE_INFINITY
  for (const way of ways) {
    const load = loadOf(way)
    if (load >= least) continue
    least = load
    entry.way = way
  }
  if (entry.way === undefined) others.push(entry)
  for (const atom of entry.way ?? []) {
    const buckets = places.get(atom.key) ?? createBuckets<Entry<Id>>(atom.place)
    places.set(atom.key, buckets)
    buckets.add(atom, entry)
  }
}

function unfile<Id>({ places, others }: TenantIndex<Id>, entry: Entry<Id>) {
  if (entry.way === undefined) takeOut(others, entry)
  for (const atom of entry.way ?? []) {
    const buckets = places.get(atom.key)
    buckets?.remove(atom, entry)
    if (buckets?.isEmpty()) places.delete(atom.key)
  }
}
