import type { Condition } from '../../event/condition'
import { keyOfPlace, placeOf } from '../../event/conditions/path'
import type { Rule } from './policy'
import type { SampledType } from './read'
import type { Path, Remarks } from './refusing'

/** Refuses to sample what a rule names and that is never sampled: learning, and errors. */
export function checkSampling(
  rules: readonly Rule[],
  types: Iterable<SampledType>,
  { refuse }: Remarks,
): void {
  const byName = new Map<string, boolean>()
  const byCategory = new Map<string, boolean>()
  for (const { name, category, sampling } of types) {
    const may = sampling !== 'never'
    byName.set(name, may)
    byCategory.set(category, may || byCategory.get(category) === true)
  }
  for (const [at, { when, facts, then }] of rules.entries()) {
    if ((then.sampling ?? 1) === 1) continue
    const path: Path = ['rules', at, 'then', 'sampling']
    const rule = 'learning and errors are never sampled'
    if (facts?.sampling?.includes('never')) {
      refuse(path, `Must not stand with sampling: never; ${rule}`, 'never_sampled')
    }
    for (const [field, known] of [
      ['category', byCategory],
      ['type', byName],
    ] as const) {
      const never = namedBy(when, field).filter((value) => known.get(value) === false)
      if (never.length === 0) continue
      const said = `Must not stand with the ${field} ${never.slice(0, 5).join(', ')}: ${rule}`
      refuse(path, said, 'never_sampled')
    }
  }
}

/** Lists the values of which a condition says that a field has one. */
function namedBy(when: Condition | undefined, field: string): string[] {
  if (when === undefined || 'not' in when) return []
  if ('all' in when) return when.all.flatMap((part) => namedBy(part, field))
  if ('any' in when) return when.any.flatMap((part) => namedBy(part, field))
  const place = placeOf(when.path)
  if (place.of !== 'record' || keyOfPlace(place) !== field) return []
  const values = 'equals' in when ? [when.equals] : 'in' in when ? when.in : []
  return values.filter((value) => typeof value === 'string')
}
