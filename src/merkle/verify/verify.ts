import type { RetentionClass } from '../../event/record'
import type { Trees } from '../../platform/trees'
import type { TreeHashing } from '../hashes'
import { createRootBuilder } from '../root-builder'
import type { Roots } from '../roots/roots'
import {
  alteredAt,
  digestOf,
  isLeafOf,
  type Mismatch,
  missingAt,
  strangerAt,
  type WalkedPlace,
  walkPlace,
} from './events'
import type { IndexedLeaf, LeafIndex } from './leaf-index'
import { type CheckedTrees, checkTrees, hex } from './trees'
import { createFaults, type Faults, type LogVerdict } from './verdict'

export interface VerifyNeeds {
  trees: Pick<Trees, 'heads' | 'leaves' | 'find'>
  roots: Pick<Roots, 'walk'>
  places: readonly WalkedPlace[]
  index: LeafIndex
  hashing: TreeHashing
  /** How many days the lake keeps each class. */
  keptDays: Readonly<Record<RetentionClass, number>>
  /** Resolves when all that is stored by now is in its tree; after the walk it is asked for again. */
  settled(): Promise<void>
  now: Date
  /** Events that arrived from this time on may have no tree yet; left out, all have one once it is `settled`. */
  pendingFrom?: Date | undefined
  onProgress?: ((text: string) => void) | undefined
}

// Leaves that are missed are looked at again one by one, where somebody may have been erased meanwhile.
const LOOKED_AT_AGAIN = 10_000

/**
 * Holds every event at every place against the trees, the trees against their roots, and the roots against
 * each other. Nothing that it finds stops it. What is stored or erased meanwhile is no fault.
 */
export async function verifyLog(needs: VerifyNeeds, tenantId: string): Promise<LogVerdict> {
  const { places, index, onProgress = () => {} } = needs
  const faults = createFaults()
  await needs.settled()
  onProgress('trees')
  const trees = await checkTrees({ ...needs, faults }, tenantId)
  const events: LogVerdict['events'] = {}
  let unproven = 0
  for (const place of places) {
    onProgress(place.name)
    const firstHour = trees.found[0]?.hour
    const walked = await walkPlace({ ...needs, faults, firstHour }, place, tenantId)
    events[place.name] = walked.events
    unproven = Math.max(unproven, walked.unproven)
    for (const message of place.problems?.() ?? []) {
      faults.add({ kind: 'altered', place: place.name, message })
    }
    await nameMismatches(needs, tenantId, { trees, mismatches: walked.mismatches, faults })
    await nameStrangers(needs, tenantId, { place: place.name, faults, strangers: walked.strangers })
    const missing = missingAt(place, walked, index)
    await nameMissing(needs, tenantId, { missing, faults })
  }
  const { last } = trees
  return {
    ...{ trees: trees.found.length, closed: trees.closed, leaves: trees.leaves },
    ...{ forgotten: trees.forgotten, events, unproven },
    ...(last && { root: { sequence: last.sequence, hour: last.hour, hash: last.hash } }),
    ...faults.found(),
  }
}

/**
 * Says of events that do not fit their leaf which of both was altered: where the tree has its root again with
 * the leaves that would fit, the events are as they were.
 */
async function nameMismatches(
  needs: VerifyNeeds,
  tenantId: string,
  { trees, mismatches, faults }: { trees: CheckedTrees; mismatches: Mismatch[]; faults: Faults },
) {
  for (const [hour, own] of Map.groupBy(mismatches, ({ leaf }) => leaf.hour)) {
    const tree = trees.found.find((one) => one.hour === hour)!
    const fitting = new Map(own.map((one) => [one.leaf.index, one.fitting]))
    const isTree = !tree.isSound && (await rootWith(needs, tenantId, tree, fitting)) === tree.root
    for (const { leaf, place } of own) {
      const { eventId } = leaf
      if (!isTree) faults.add(alteredAt(place, eventId, hour))
      else {
        const message = `The leaf of event ${eventId} in the tree of ${hour} was altered; the event in the ${place} is as it was.`
        faults.add({ kind: 'altered', place: 'tree', eventId, hour, message })
      }
    }
  }
}

async function rootWith(
  { trees, hashing }: VerifyNeeds,
  tenantId: string,
  { hour, size }: { hour: string; size: number },
  fitting: ReadonlyMap<number, Uint8Array>,
): Promise<string> {
  const builder = createRootBuilder(hashing)
  for await (const leaves of trees.leaves(tenantId, hour, { from: 0, to: size })) {
    for (const { index, hash } of leaves) builder.add(fitting.get(index) ?? hash)
  }
  return hex(builder.root())
}

/** Looks again for leaves of events that had none: they may have been stored after the leaves were read. */
async function nameStrangers(
  needs: VerifyNeeds,
  tenantId: string,
  found: {
    place: string
    faults: Faults
    strangers: Awaited<ReturnType<typeof walkPlace>>['strangers']
  },
) {
  const { place, faults, strangers } = found
  const pendingFrom = needs.pendingFrom?.toISOString() ?? '~'
  if (strangers.length === 0) return
  await needs.settled()
  const [first = ''] = strangers.map(({ receivedAt }) => receivedAt).sort()
  const ids = strangers.map(({ eventId }) => eventId)
  const leaves = await needs.trees.find(tenantId, ids, first.slice(0, 13))
  for (const event of strangers) {
    const own = (leaves.get(event.eventId) ?? []).filter(({ salt }) => salt !== undefined)
    if (own.length === 0 && event.receivedAt >= pendingFrom) continue
    if (own.length === 0) faults.add(strangerAt(place, event))
    else {
      const digest = digestOf(event)
      const fits = own.some((leaf) =>
        isLeafOf({ ...leaf, salt: leaf.salt! }, digest, needs.hashing),
      )
      if (!fits) faults.add(alteredAt(place, event.eventId, own[0]!.hour))
    }
  }
}

/** Names events that are missing, but for those that were erased while we looked. */
async function nameMissing(
  { trees }: VerifyNeeds,
  tenantId: string,
  { missing, faults }: { missing: Iterable<IndexedLeaf & { place: string }>; faults: Faults },
) {
  let looked = 0
  for (const { eventId, hour, index, place } of missing) {
    looked += 1
    if (looked <= LOOKED_AT_AGAIN) {
      let isKnown = false
      for await (const leaves of trees.leaves(tenantId, hour, { from: index, to: index + 1 })) {
        isKnown ||= leaves.some((leaf) => leaf.eventId === eventId)
      }
      if (!isKnown) continue
    }
    const message = `Event ${eventId} was stored in ${hour}, and is not in the ${place} any more.`
    faults.add({ kind: 'removed', place, eventId, hour, message })
  }
}
