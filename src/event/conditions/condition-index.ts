import type { Condition } from '../condition'
import { type Atom, partsOf, waysTo, widthOf } from './atoms'
import { type Buckets, createBuckets, takeOut } from './buckets'
import type { Matches } from './match'
import type { Subject } from './subject'
import { wantedBy } from './wanted'

/** The index finds, for a record, those whose condition holds of it, without trying all of them. */
export interface ConditionIndex<Id> {
  /** Sets the condition of one who wants records of a tenant; left out, every event. */
  set(id: Id, tenantId: string, condition: Condition | undefined): void
  /** @returns false when it was not in the index */
  delete(id: Id): boolean
  /** Finds those who want a record (`wantedBy`), each once; the index may change meanwhile. */
  match(subject: Subject): Iterable<Id>
  readonly size: number
  /**
   * Counts the parts of all conditions of a tenant, of the same ones once: an event costs it some 50 ns
   * a part at the worst, when every condition has to be tried and all of it.
   */
  parts(tenantId: string): number
}

/** An entry is a condition with all who have it. */
interface Entry<Id> {
  text: string
  ids: Id[]
  wants: Matches
  /** It is found by these; without any it is tried with every record. */
  way: readonly Atom[] | undefined
  /** The match that had it last. */
  match: number
  parts: number
}

interface TenantIndex<Id> {
  entries: Map<string, Entry<Id>>
  places: Map<string, Buckets<Entry<Id>>>
  others: Entry<Id>[]
  parts: number
}

export function createConditionIndex<Id>(): ConditionIndex<Id> {
  const tenants = new Map<string, TenantIndex<Id>>()
  const held = new Map<Id, { tenantId: string; entry: Entry<Id> }>()
  let matches = 0

  function drop(id: Id): boolean {
    const known = held.get(id)
    if (known === undefined) return false
    const { tenantId, entry } = known
    held.delete(id)
    takeOut(entry.ids, id)
    if (entry.ids.length > 0) return true
    const tenant = tenants.get(tenantId)!
    tenant.entries.delete(entry.text)
    tenant.parts -= entry.parts
    unfile(tenant, entry)
    if (tenant.entries.size === 0) tenants.delete(tenantId)
    return true
  }

  return {
    set(id, tenantId, condition) {
      const text = JSON.stringify(condition ?? null)
      const known = held.get(id)
      if (known?.tenantId === tenantId && known.entry.text === text) return
      drop(id)
      const tenant = tenants.get(tenantId) ?? emptyTenant<Id>()
      tenants.set(tenantId, tenant)
      let entry = tenant.entries.get(text)
      if (entry === undefined) {
        const parts = condition === undefined ? 1 : partsOf(condition)
        entry = { text, ids: [], wants: wantedBy(condition), way: undefined, match: 0, parts }
        tenant.entries.set(text, entry)
        tenant.parts += parts
        file(tenant, entry, condition)
      }
      entry.ids.push(id)
      held.set(id, { tenantId, entry })
    },

    delete: drop,

    match(subject) {
      const tenant = tenants.get(subject.record.tenantId)
      if (tenant === undefined) return []
      matches += 1
      const match = matches
      let ids: Id[] = []
      function tryAll(entries: readonly Entry<Id>[]) {
        for (const entry of entries) {
          if (entry.match === match || !entry.wants(subject)) continue
          entry.match = match
          // Most often one condition holds, be it that of thousands.
          if (ids.length === 0) ids = entry.ids.slice()
          else for (const id of entry.ids) ids.push(id)
        }
      }
      for (const buckets of tenant.places.values()) buckets.find(subject, tryAll)
      tryAll(tenant.others)
      return ids
    },

    get size() {
      return held.size
    },
    parts: (tenantId) => tenants.get(tenantId)?.parts ?? 0,
  }
}

function emptyTenant<Id>(): TenantIndex<Id> {
  return { entries: new Map(), places: new Map(), others: [], parts: 0 }
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
