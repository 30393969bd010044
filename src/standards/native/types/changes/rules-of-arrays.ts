import type { Issue } from '../../../../error/issue'
import { breaking, type Comparison } from './comparison'
import { mayBe } from './rules-of-values'
import { type Schema, type SchemaObject, schemaIn } from './schema'

/** Says what may not stand in an array any more. */
export function ofArrays(comparison: Comparison): Issue[] {
  const { was, now, path, compare } = comparison
  if (!mayBe(was, 'array')) return []
  const issues: Issue[] = []
  const [before, after] = [placesIn(was), placesIn(now)]
  const places = Math.max(before.first.length, after.first.length)
  for (let place = 0; place < places; place += 1) {
    const at = place < after.first.length ? [...path, 'prefixItems', place] : [...path, 'items']
    const [earlier, later] = [before, after].map(({ first, rest }) => first[place] ?? rest)
    issues.push(...compare(earlier!, later!, at))
  }
  issues.push(...compare(before.rest, after.rest, [...path, 'items']))
  if (now.uniqueItems === true && was.uniqueItems !== true) {
    issues.push(breaking([...path, 'uniqueItems'], 'Equal items were taken before'))
  }
  return [...issues, ...ofContains(comparison)]
}

function placesIn({ prefixItems, items }: SchemaObject): { first: Schema[]; rest: Schema } {
  const first = Array.isArray(prefixItems) ? prefixItems.map(schemaIn) : []
  return { first, rest: schemaIn(items) }
}

function ofContains({ was, now, path, areSame }: Comparison): Issue[] {
  if (now.contains === undefined) return []
  const [before, after] = [was, now].map(({ contains, minContains, maxContains }) => {
    return { contains, minContains, maxContains }
  })
  if (areSame(before, after)) return []
  return [breaking([...path, 'contains'], 'Another was asked for before')]
}
