import { finish, type Steps } from '../../syntax/steps'
import type { Condition } from '../condition'
import { type Atom, waysTo, widthOf } from './atoms'
import { type Buckets, createBuckets } from './buckets'
import type { Matches } from './match'
import type { Subject } from './subject'
import { wantedBy } from './wanted'

/** The index finds, for a record, those whose condition holds of it, without trying all of them. */
export interface ConditionIndex<Id> {
  /** Sets the condition of one who wants records of a tenant; left out, every event. */
  set(id: Id, tenantId: string, condition: Condition | undefined): void
  /** @returns false when it was not in the index */
  delete(id: Id): boolean
  /** Finds those who want a record (`wantedBy`), each once. They may be changed meanwhile. */
  match(subject: Subject): Iterable<Id>
  /** Does the same in steps, where thousands of conditions may be tried in vain. */
  matching(subject: Subject): Steps<Id[]>
  readonly size: number
}

/** An entry is a condition with all who have it. */
interface Entry<Id> {
  text: string
  ids: Set<Id>
  wants: Matches
  /** It is found by these; without any it is tried with every record. */
  way: readonly Atom[] | undefined
}

interface TenantIndex<Id> {
  entries: Map<string, Entry<Id>>
  places: Map<string, Buckets<Entry<Id>>>
  others: Set<Entry<Id>>
}

// So many conditions are tried in some ten microseconds, and most records meet none.
const STEP = 256

export function createConditionIndex<Id>(): ConditionIndex<Id> {
  const tenants = new Map<string, TenantIndex<Id>>()
  const held = new Map<Id, { tenantId: string; entry: Entry<Id> }>()

  function drop(id: Id): boolean {
    const known = held.get(id)
    if (known === undefined) return false
    const { tenantId, entry } = known
    held.delete(id)
    entry.ids.delete(id)
    if (entry.ids.size > 0) return true
    const tenant = tenants.get(tenantId)!
    tenant.entries.delete(entry.text)
    unfile(tenant, entry)
    if (tenant.entries.size === 0) tenants.delete(tenantId)
    return true
  }

  function* matching(subject: Subject): Steps<Id[]> {
    const tenant = tenants.get(subject.record.tenantId)
    if (tenant === undefined) return []
    const found = new Set<Entry<Id>>()
    let tried = 0
    for (const entries of candidates(tenant, subject)) {
      for (const entry of entries) {
        tried += 1
        if (tried % STEP === 0) yield
        if (!found.has(entry) && entry.wants(subject)) found.add(entry)
      }
    }
    const ids: Id[] = []
    for (const entry of found) for (const id of entry.ids) ids.push(id)
    return ids
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
        entry = { text, ids: new Set(), wants: wantedBy(condition), way: undefined }
        tenant.entries.set(text, entry)
        file(tenant, entry, condition)
      }
      entry.ids.add(id)
      held.set(id, { tenantId, entry })
    },
    delete: drop,
    matching,
    match: (subject) => finish(matching(subject)),
    get size() {
      return held.size
    },
  }
}

function emptyTenant<Id>(): TenantIndex<Id> {
  return { entries: new Map(), places: new Map(), others: new Set() }
}

function* candidates<Id>({ places, others }: TenantIndex<Id>, subject: Subject) {
  for (const buckets of places.values()) yield* buckets.find(subject)
  yield others
}

/** Files an entry under the way that the fewest go already. */
function file<Id>(tenant: TenantIndex<Id>, entry: Entry<Id>, condition: Condition | undefined) {
  const ways = condition === undefined ? [] : waysTo(condition)
  const load = (way: readonly Atom[]) =>
    way.reduce((sum, atom) => sum + (tenant.places.get(atom.key)?.load(atom) ?? 0), widthOf(way))
  const best = ways.map((way) => ({ way, load: load(way) })).toSorted((a, b) => a.load - b.load)[0]
  entry.way = best?.way
  if (entry.way === undefined) tenant.others.add(entry)
  for (const atom of entry.way ?? []) {
    const buckets = tenant.places.get(atom.key) ?? createBuckets<Entry<Id>>(atom.place)
    tenant.places.set(atom.key, buckets)
    buckets.add(atom, entry)
  }
}

function unfile<Id>(tenant: TenantIndex<Id>, entry: Entry<Id>) {
  tenant.others.delete(entry)
  for (const atom of entry.way ?? []) {
    const buckets = tenant.places.get(atom.key)
    buckets?.remove(atom, entry)
    if (buckets?.isEmpty()) tenant.places.delete(atom.key)
  }
}
