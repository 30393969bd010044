import type { Bounds, Condition, Scalar } from '../../event/condition'
import { matcherOf, subjectOf } from '../../event/conditions'
import { keyOfPlace, type Place, placeOf } from '../../event/conditions/path'
import { type EventRecord, retentionClasses, standardNames } from '../../event/record'

/** A condition holds of no event, of every one, or of some for all that can be told. */
export type Reach = 'none' | 'all' | 'some'

/** Fields that have one of these values in every event. */
export const valuesOf: Readonly<Record<string, readonly Scalar[]>> = {
  standard: standardNames,
  kind: ['event', 'entity'],
  privacyLevel: ['standard', 'sensitive', 'pii'],
  retentionClass: retentionClasses,
  conformant: [true, false],
}

const alwaysThere = new Set([
  ...Object.keys(valuesOf),
  ...['eventId', 'type', 'sourceId', 'eventTime', 'receivedAt', 'server.requestId'],
])

type RecordPlace = Extract<Place, { of: 'record' }>

/** Tells how far a condition reaches. `some` is said wherever that depends on what is sent. */
export function reachOf(condition: Condition): Reach {
  if ('all' in condition) return reachOfAll(condition.all)
  if ('any' in condition) {
    const reaches = condition.any.map(reachOf)
    if (reaches.includes('all')) return 'all'
    return reaches.every((one) => one === 'none') ? 'none' : 'some'
  }
  if ('not' in condition) {
    const reach = reachOf(condition.not)
    return reach === 'some' ? 'some' : reach === 'all' ? 'none' : 'all'
  }
  return reachOfAll([condition])
}

function reachOfAll(conditions: readonly Condition[]): Reach {
  const parts = conditions.flatMap(flattened)
  const isLeaf = (part: Condition) => fieldOf(part) !== undefined
  const reaches = parts.filter((part) => !isLeaf(part)).map(groupReach)
  if (reaches.includes('none')) return 'none'
  const byField = Map.groupBy(parts.filter(isLeaf), (part) => keyOfPlace(fieldOf(part)!))
  for (const leaves of byField.values()) reaches.push(reachOfField(leaves))
  if (reaches.includes('none')) return 'none'
  return reaches.every((one) => one === 'all') ? 'all' : 'some'
}

function groupReach(part: Condition): Reach {
  if (!('path' in part)) return reachOf(part)
  // Nobody knows what the item has; but one of no values, and bounds that cross, hold of nothing.
  return isEmpty(part) ? 'none' : 'some'
}

const flattened = (condition: Condition): Condition[] =>
  'all' in condition ? condition.all.flatMap(flattened) : [condition]

/** @returns the field of which a part, or what it denies, asks one value; undefined for all else */
function fieldOf(part: Condition): RecordPlace | undefined {
  const leaf = 'not' in part ? part.not : part
  if (!('path' in leaf)) return undefined
  const place = placeOf(leaf.path)
  return place.of === 'record' && place.type !== 'strings' ? place : undefined
}

/** Tries the values that a field may have, or those that are asked of it. */
function reachOfField(leaves: readonly Condition[]): Reach {
  const place = fieldOf(leaves[0]!)!
  const field = keyOfPlace(place)
  const holds = (value: Scalar | undefined) => {
    const subject = subjectOf(recordWith(place, value))
    return leaves.every((leaf) => matcherOf(leaf)(subject))
  }
  const known = valuesOf[field]
  if (known !== undefined) {
    const held = known.filter(holds)
    return held.length === 0 ? 'none' : held.length === known.length ? 'all' : 'some'
  }
  const asked = leaves.flatMap((leaf) => valuesAsked(leaf) ?? [])
  const isNarrow = leaves.some((leaf) => valuesAsked(leaf) !== undefined)
  if (isNarrow) return asked.some((value) => holds(value ?? undefined)) ? 'some' : 'none'
  if (leaves.some((leaf) => 'path' in leaf && isEmpty(leaf))) return 'none'
  const exists = leaves.flatMap((leaf) => ('exists' in leaf ? [leaf.exists] : []))
  if (new Set(exists).size > 1) return 'none'
  if (exists.length === 0 || !alwaysThere.has(field)) return 'some'
  return exists[0] ? (exists.length === leaves.length ? 'all' : 'some') : 'none'
}

/** @returns undefined for a leaf that does not list values */
function valuesAsked(leaf: Condition): readonly Scalar[] | undefined {
  if ('equals' in leaf) return [leaf.equals]
  return 'in' in leaf ? leaf.in : undefined
}

function isEmpty(leaf: Condition): boolean {
  if ('in' in leaf) return leaf.in.length === 0
  const { gt, gte, lt, lte } = leaf as Bounds
  const low = gt ?? gte
  const high = lt ?? lte
  if (typeof low !== 'number' || typeof high !== 'number') return false
  return low > high || (low === high && (gt !== undefined || lt !== undefined))
}

function recordWith({ from }: RecordPlace, value: Scalar | undefined): EventRecord {
  const [first, second] = from
  const held = second === undefined ? value : { [second]: value }
  return { raw: '{}', [first!]: held } as unknown as EventRecord
}
