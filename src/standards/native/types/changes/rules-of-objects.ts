import type { Issue } from '../../../../error/issue'
import { breaking, type Comparison } from './comparison'
import { mayBe } from './rules-of-values'
import { isObject, type Schema, type SchemaObject, schemaIn } from './schema'

/** Says which members of an object may not be, or may not be missing, any more. */
export function ofObjects(comparison: Comparison): Issue[] {
  if (!mayBe(comparison.was, 'object')) return []
  return [...ofRequired(comparison), ...ofMembers(comparison)]
}

function ofRequired({ was, now, path }: Comparison): Issue[] {
  if (now.required === undefined) return []
  const before = new Set(listIn(was.required))
  const added = listIn(now.required).filter((name) => !before.has(name))
  return added.map((name) =>
    breaking([...path, 'required'], `Was not required before: ${JSON.stringify(name)}`),
  )
}

function ofMembers(comparison: Comparison): Issue[] {
  const { was, now, path, compare, areSame } = comparison
  const [before, after] = [membersIn(was), membersIn(now)]
  const matchSame = areSame(before.patterns, after.patterns)
  if (after.patterns !== undefined && !matchSame) {
    return [breaking([...path, 'patternProperties'], 'Other names were matched before')]
  }
  const issues: Issue[] = []
  for (const [name, schema] of after.named) {
    // A name that had no schema of its own was taken as all others were.
    const earlier = before.named.get(name) ?? (before.patterns === undefined ? before.others : true)
    issues.push(...compare(earlier, schema, [...path, 'properties', name]))
  }
  const others = [...path, 'additionalProperties']
  for (const [name, schema] of before.named) {
    if (after.named.has(name)) continue
    if (after.others !== false) issues.push(...compare(schema, after.others, others))
    else if (schema !== false) {
      issues.push(breaking(others, `Was taken before, and is not now: ${JSON.stringify(name)}`))
    }
  }
  // Names that no pattern matches any more are taken as all others are.
  const earlier = matchSame ? before.others : true
  if (after.others === false && earlier !== false) {
    return [...issues, breaking(others, 'Members of other names were taken before')]
  }
  return [...issues, ...compare(earlier, after.others, others)]
}

function membersIn({ properties, patternProperties, additionalProperties }: SchemaObject) {
  const named = new Map<string, Schema>()
  if (isObject(properties)) {
    for (const name of Object.keys(properties)) named.set(name, schemaIn(properties[name]))
  }
  const hasPatterns = isObject(patternProperties) && Object.keys(patternProperties).length > 0
  const patterns = hasPatterns ? { patternProperties } : undefined
  return { named, patterns, others: schemaIn(additionalProperties) }
}

function listIn(value: unknown): string[] {
  return Array.isArray(value) ? value : []
}
