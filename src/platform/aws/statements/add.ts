import type { StatementEntry } from '../../../event/statement'
import { eachOf, inTurns } from '../../../syntax/steps'
import type { Clock } from '../../clock'
import { primaryKey } from '../dynamo/attributes'
import { batchGet } from '../dynamo/batch-get'
import { batchWrite } from '../dynamo/batch-write'
import { inParallel } from '../dynamo/in-parallel'
import { createPlaces } from '../events/place'
import type { Bases, StatementTable } from './bases'
import type { Base, createBodies } from './body'
import { grow, lastPutOf, putsOf } from './entries'
import type { createFragments } from './fragments'
import { insertAll } from './insert'
import { BASE, mainPartition, statementIdOf, statementKey } from './keys'
import type { Marks } from './marks'
import type { Referrers } from './referrers'

interface Needs extends StatementTable {
  bodies: ReturnType<typeof createBodies>
  bases: Bases
  referrers: Referrers
  fragments: ReturnType<typeof createFragments>
  marks: Marks
  clock: Clock
}

// A body that is too large for its item is put among the blobs, one at a time a request.
const BODIES_AT_A_TIME = 8

/**
 * Makes the function that adds statements. The order of its writes is what makes it safe:
 *
 *   the item itself › what it refers to › read the targets › entries › fragments › referrers › `all`
 *
 * Whoever refers to a statement says so before it looks for its target, and a target is there before
 * it looks for its referrers: one of the two sees the other. The entry in `all` says that all is
 * done, so that what a dead process left half done is done again.
 */
export function addWith({
  client,
  table,
  bodies,
  bases,
  referrers,
  fragments,
  marks,
  clock,
}: Needs) {
  const to = { client, table }
  const placeOf = createPlaces(clock)

  /** Reads the places of those that are there, by id. */
  async function placesOf(tenantId: string, ids: readonly string[]): Promise<Map<string, string>> {
    const keys = ids.map((id) => statementKey(tenantId, id, BASE))
    const found = await batchGet('adding statements', to, keys, ['pk', 'o'])
    return new Map(found.map(({ pk, o }) => [statementIdOf(pk!.S!), o!.S!]))
  }

  /** Tells which of those that are there were added completely. */
  async function completeAmong(tenantId: string, places: ReadonlyMap<string, string>) {
    const keys = [...places].map(([id, order]) => primaryKey(mainPartition(tenantId, id), order))
    const found = await batchGet('adding statements', to, keys, ['i', 'd'])
    return new Set(found.flatMap(({ i, d }) => (d === undefined ? [] : [i!.S!])))
  }

  /** Writes the items of those that are not there. @returns all that are to be added, with places */
  async function settle(tenantId: string, entries: readonly StatementEntry[]): Promise<Base[]> {
    const ids = entries.map(({ statementId }) => statementId)
    const places = await placesOf(tenantId, ids)
    const complete = await completeAmong(tenantId, places)
    const left = entries.filter(({ statementId }) => !complete.has(statementId))
    const fresh = left.filter(({ statementId }) => !places.has(statementId))
    const named = fresh.map((entry) => {
      const order = placeOf({ eventTime: entry.stored }, entry.statementId)
      places.set(entry.statementId, order)
      return { entry, order }
    })
    const items = await inParallel(named, BODIES_AT_A_TIME, ({ entry, order }) =>
      bodies.toItem(entry, order),
    )
    const taken = await insertAll('statements', to, items)
    const ours = new Set(fresh.map(({ statementId }) => statementId))
    for (const { pk } of taken) ours.delete(statementIdOf(pk!.S!))
    // Another adds the others at the same time, or died: theirs is the place, and what the statement says. One that has
    // been erased meanwhile is not there.
    const others = left.filter(({ statementId }) => !ours.has(statementId))
    const held = await bases.read(
      tenantId,
      others.map(({ statementId }) => statementId),
    )
    return left.flatMap((entry) => {
      const { statementId } = entry
      if (ours.has(statementId)) return { ...entry, order: places.get(statementId)! }
      return held.get(statementId) ?? []
    })
  }

  async function addOf(tenantId: string, entries: readonly StatementEntry[]): Promise<void> {
    const added = await settle(tenantId, entries)
    const [referring, plain] = [
      added.filter(({ refersTo }) => refersTo !== undefined),
      added.filter(({ refersTo }) => refersTo === undefined),
    ]
    await referrers.note(tenantId, referring)
    const reached = await bases.reach(tenantId, referring)
    const requests = await inTurns(eachOf(plain, (base) => putsOf(tenantId, base, base.finders)))
    const grown = referring.map((base) => ({ base, finders: reached.get(base.statementId)! }))
    await Promise.all([
      batchWrite('adding statements', to, requests.flat()),
      fragments.add(tenantId, added),
    ])
    const ids = added.map(({ statementId }) => statementId)
    const areComplete = await referrers.lead(tenantId, ids)
    await grow(to, tenantId, grown, { areComplete })
    const last = plain.map((base) => lastPutOf(tenantId, base, base.finders, areComplete))
    await batchWrite('adding statements', to, last)
    // Whoever follows the feed has more time, and leads on the others that refer to these.
    if (!areComplete) marks.notAdded([tenantId])
  }

  return async function add(entries: readonly StatementEntry[]): Promise<void> {
    const tenants = Map.groupBy(entries, ({ tenantId }) => tenantId)
    try {
      for (const [tenantId, theirs] of tenants) {
        const first = new Map(theirs.toReversed().map((one) => [one.statementId, one]))
        await addOf(
          tenantId,
          theirs.filter((one) => first.get(one.statementId) === one),
        )
      }
    } catch (error) {
      marks.notAdded(tenants.keys())
      throw error
    }
  }
}
