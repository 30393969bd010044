import type { Issue } from '../../../../error/issue'
import { breaking, type Comparison } from './comparison'
import { resolve } from './resolve'
import { ofArrays } from './rules-of-arrays'
import { combined } from './rules-of-branches'
import { ofObjects } from './rules-of-objects'
import { ofValues } from './rules-of-values'
import { sameness } from './sameness'
import { isObject, type Schema, type SchemaObject } from './schema'

// A schema of 64 KB has some thousand places; more comparisons than that come of branches in branches.
const MOST_COMPARISONS = 5_000

/** These say nothing of which values are good. */
const annotations = new Set([
  ...['title', 'description', 'examples', 'default', '$comment', 'deprecated', 'readOnly'],
  ...['writeOnly', '$schema', '$defs', 'definitions', 'contentEncoding', 'contentMediaType'],
  'contentSchema',
])

/** These are compared as a whole: the same, or left out. */
const whole = ['not', 'oneOf', 'propertyNames', 'dependentRequired', 'dependentSchemas', 'pattern']

/** These are compared by what they mean. */
const known = new Set([
  ...[...whole, 'format', 'type', 'enum', 'const', 'multipleOf', 'allOf', 'anyOf'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength'],
  ...['minItems', 'maxItems', 'minProperties', 'maxProperties', 'required', 'properties'],
  ...['patternProperties', 'additionalProperties', 'items', 'prefixItems', 'uniqueItems'],
  ...['if', 'then', 'else', 'contains', 'minContains', 'maxContains'],
])

/** Makes what compares two schemas, place by place. */
export function comparing(roots: { was: SchemaObject; now: SchemaObject }): Comparison['compare'] {
  const areSame = sameness(roots)
  // A pair that is being compared already is supposed to be good: a value ends, as its schema may not.
  const open = new Set<string>()
  const ids = new Map<object, number>()
  let left = MOST_COMPARISONS

  return function compare(was, now, path) {
    if (was === false || now === true) return []
    left -= 1
    if (left < 0) return [breaking(path, 'It has more branches than are compared')]
    const [before, after] = [resolve(was, roots.was), resolve(now, roots.now)]
    if (before === undefined || after === undefined) {
      return areSame(was, now) ? [] : [breaking(path, 'It cannot be told where its $ref leads')]
    }
    if (before === false || after === true) return []
    if (after === false) return [breaking(path, 'Nothing is taken here any more')]
    const pair = `${idOf(before)} ${idOf(after)}`
    if (open.has(pair)) return []
    open.add(pair)
    const own = before === true ? {} : before
    const issues = compareObjects({ was: own, now: after, path, compare, areSame })
    open.delete(pair)
    return issues
  }

  function idOf(schema: Schema): number {
    if (!isObject(schema)) return -1
    const id = ids.get(schema) ?? ids.size
    ids.set(schema, id)
    return id
  }
}

function compareObjects(comparison: Comparison): Issue[] {
  const { was, now, path, areSame } = comparison
  if (areSame(was, now)) return []
  const odd = [...Object.keys(was), ...Object.keys(now)].find(
    (word) => !known.has(word) && !annotations.has(word),
  )
  if (odd !== undefined) {
    const message = `Whether this breaks cannot be told beside ${JSON.stringify(odd.slice(0, 80))}`
    return [breaking(path, message)]
  }
  return [
    ...ofValues(comparison),
    ...ofObjects(comparison),
    ...ofArrays(comparison),
    ...combined(comparison),
    ...whole.flatMap((keyword) => ofWhole(keyword, comparison)),
  ]
}

function ofWhole(keyword: string, { was, now, path, areSame }: Comparison): Issue[] {
  const [before, after] = [was[keyword], now[keyword]]
  if (after === undefined || areSame({ [keyword]: before }, { [keyword]: after })) return []
  const verb = before === undefined ? 'was not there before' : 'was another before'
  return [breaking([...path, keyword], `${keyword} ${verb}`)]
}
