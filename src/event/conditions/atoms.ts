import type { Bounds, Condition, Scalar } from '../condition'
import { keyOfPlace, type Place, placeOf } from './path'
import { normalised } from './values'

/** An atom is a test by which an index finds a condition: of one place, with one value. */
export interface Atom {
  place: Place
  /** The same for the same place. */
  key: string
  /** `from` and `to` are bounds of numbers, both inclusive: they find more than they should. */
  by: 'equal' | 'prefix' | 'from' | 'to'
  value: Scalar
}

/**
 * Lists ways to find a condition: of each way, one atom at least holds wherever the condition does.
 * Without a way, a condition has to be tried with every record.
 */
export function waysTo(condition: Condition): Atom[][] {
  if ('all' in condition) return condition.all.flatMap(waysTo)
  if ('any' in condition) {
    const firsts = condition.any.map((part) => waysTo(part).toSorted(byWidth)[0])
    return firsts.every((way) => way !== undefined) ? [firsts.flat()] : []
  }
  if ('not' in condition || 'exists' in condition) return []
  const place = placeOf(condition.path)
  const atom = (by: Atom['by'], value: Scalar) => ({ place, key: keyOfPlace(place), by, value })
  if ('equals' in condition) return [[atom('equal', normalised(condition.equals, place))]]
  if ('in' in condition) {
    return [condition.in.map((value) => atom('equal', normalised(value, place)))]
  }
  if ('prefix' in condition) return [[atom('prefix', condition.prefix)]]
  const { gt, gte = gt, lt, lte = lt } = condition as Bounds
  return [
    ...(typeof gte === 'number' ? [[atom('from', gte)]] : []),
    ...(typeof lte === 'number' ? [[atom('to', lte)]] : []),
  ]
}

/** Lists the fields of which a condition says that they have this text, wherever it holds. */
export function requiredBy(condition: Condition): { field: string; value: string }[] {
  return waysTo(condition).flatMap((way) => {
    const [first, ...more] = way
    if (first?.by !== 'equal' || more.length > 0) return []
    const { place, key: field, value } = first
    return place.of === 'record' && typeof value === 'string' ? [{ field, value }] : []
  })
}

// Many records are of one type, few of one session.
const wide = new Set([
  ...['kind', 'type', 'standard', 'standardVersion', 'action', 'commonAction', 'actorType'],
  ...['objectType', 'generatedType', 'category', 'privacyLevel', 'retentionClass', 'conformant'],
  ...['success', 'completion', 'membershipRoles', 'sourceId', 'profile', 'issueCodes'],
])

/** Tells how many records a way may find, in no unit: only to compare ways that nobody goes yet. */
export function widthOf(way: readonly Atom[]): number {
  return way.reduce((sum, atom) => sum + widthOfAtom(atom), 0)
}

function widthOfAtom({ by, key, value }: Atom): number {
  if (by === 'prefix') return 0.01 + 1 / ((value as string).length + 1)
  if (by !== 'equal') return 0.5
  return wide.has(key) || typeof value !== 'string' ? 0.1 : 0.001
}

const byWidth = (a: readonly Atom[], b: readonly Atom[]) => widthOf(a) - widthOf(b)
