import type { Kind } from '../../event/record'
import { checkEntity } from './check-entity'
import { checkEvent } from './check-event'
import { error, type Finding, isAbsent, required, show, warning } from './finding'
import type { Node } from './node'
import { spec } from './sections'
import { type CaliperVersion, contextIri, contextVersion } from './version'

/**
 * Adds to `found` everything in which an item departs from the text of the standard: context,
 * identifiers, required properties, types of values, vocabularies, references. It looks at the item
 * and at the entities it holds, not at what those hold.
 */
export function checkItem(
  item: Node,
  kind: Kind,
  version: CaliperVersion,
  index: number,
  found: Finding[],
): void {
  const context = item['@context']
  if (version !== '1.2' || context !== contextIri) {
    const finding = wrongContext(context, version, index)
    if (finding !== undefined) found.push(finding)
  }
  if (kind === 'event') checkEvent(item, version, index, found)
  else checkEntity(item, version, index, undefined, found)
}

/** 4.1: a top-level string or array, Caliper's context being that string or the last of the array. */
function wrongContext(
  context: unknown,
  version: CaliperVersion,
  index: number,
): Finding | undefined {
  const path = ['data', index, '@context']
  if (isAbsent(context)) return required(path, spec.context)
  if (typeof context === 'object' && !Array.isArray(context)) {
    // A MUST, yet the specification has such an event for an example (4.3, JSON-LD node and value
    // types): no more than a warning.
    const message = 'Expected a string or an array, got an object'
    return warning(path, 'inline_context', message, spec.context)
  }
  const own: unknown = Array.isArray(context) ? context.at(-1) : context
  if (version === '1.2' ? own === contextIri : contextVersion(own) === version) return undefined
  const message = `Expected ${contextIri}, alone or last in an array, got ${show(own)}`
  return error(path, 'invalid_context', message, spec.context)
}
