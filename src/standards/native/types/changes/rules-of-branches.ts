import type { Issue } from '../../../../error/issue'
import { breaking, type Comparison } from './comparison'
import { type Schema, type SchemaObject, schemaIn } from './schema'

/** Says what is new among schemas that hold together, or by choice. */
export function combined(comparison: Comparison): Issue[] {
  return [...ofAll(comparison), ...ofAny(comparison), ...ofCondition(comparison)]
}

/** Each has to be one that held before, or weaker. */
function ofAll({ was, now, path, compare }: Comparison): Issue[] {
  const before = branches(was.allOf)
  return branches(now.allOf).flatMap((branch, i) => {
    const at = [...path, 'allOf', i]
    if (before.some((earlier) => compare(earlier, branch, at).length === 0)) return []
    if (compare(without(was), branch, at).length === 0) return []
    return [breaking(at, 'Did not have to hold before')]
  })
}

/** Each choice has to be one still. */
function ofAny({ was, now, path, compare }: Comparison): Issue[] {
  if (now.anyOf === undefined) return []
  const at = [...path, 'anyOf']
  const after = branches(now.anyOf)
  const isOne = (earlier: Schema) =>
    after.some((branch) => compare(earlier, branch, at).length === 0)
  if (was.anyOf === undefined) {
    return isOne(without(was)) ? [] : [breaking(at, 'There was no such choice before')]
  }
  const lost = branches(was.anyOf).findIndex((earlier) => !isOne(earlier))
  return lost < 0 ? [] : [breaking(at, `Is no choice any more: the one at ${lost}`)]
}

/** The value is bound by these words alone, beside its branches. */
function without(schema: SchemaObject): Schema {
  const { allOf, anyOf, oneOf, ...rest } = schema
  // The same object, so that it is known again where a schema goes in circles.
  return (allOf ?? anyOf ?? oneOf) === undefined ? schema : rest
}

function ofCondition({ was, now, path, areSame }: Comparison): Issue[] {
  if (now.if === undefined || (now.then === undefined && now.else === undefined)) return []
  const [before, after] = [was, now].map(({ if: condition, then, else: other }) => {
    return { if: condition, then, else: other }
  })
  if (areSame(before, after)) return []
  return [breaking([...path, 'if'], 'There was another condition before')]
}

function branches(value: unknown): Schema[] {
  return Array.isArray(value) ? value.map(schemaIn) : []
}
