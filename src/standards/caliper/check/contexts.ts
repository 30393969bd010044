import { show } from '../../../error/shown-value'
import { versionOfDialect } from '../model/dialect'
import type { Model } from '../model/model'
import type { Node } from '../node'
import { contextIris, contextVersion, extensionOf } from '../version'
import { add, type FoundIssue, type Rule } from './found-issue'
import { error, type Rules, required, warning } from './rules'

/** Contexts of an item, and of what it holds (4.1). */
export function contextsOf(model: Model, rules: Rules) {
  const version = versionOfDialect(model.dialect)
  const official = contextIris[version]
  const { context: section } = rules.sections
  const missing = required(section)
  const wrong = error(
    'invalid_context',
    section,
    (context) => `Expected ${official}, alone or last in an array, got ${show(context)}`,
  )
  // A MUST, yet the specification has such an event for an example (4.3, JSON-LD node and value
  // types): no more than a warning.
  const inline = warning(
    'inline_context',
    section,
    () => 'Expected a string or an array, got an object',
  )

  /**
   * "The top-level @context property type MUST be defined as a string or an array", Caliper's being
   * that string or the last of the array.
   * @returns whether the item may have terms that are not Caliper's
   */
  function itemContext(item: Node, found: FoundIssue[]): boolean {
    const context = item['@context']
    if (context === official) return false
    if (context === undefined || context === null) {
      add(found, '@context', context, missing)
      return false
    }
    if (typeof context === 'object' && !Array.isArray(context)) {
      add(found, '@context', context, inline)
      return true
    }
    const own: unknown = Array.isArray(context) ? context.at(-1) : context
    const isExtension = version === '1.1' && extensionOf(own) !== undefined
    if (own !== official && !isExtension) add(found, '@context', own, wrong)
    const contexts: unknown[] = Array.isArray(context) ? context : [context]
    return contexts.some((one) => contextVersion(one) !== version)
  }

  /**
   * Contexts further in "are additive": what an object has beyond the model may be theirs. "Duplicate
   * context references SHOULD be omitted."
   * @returns whether the object, and what it holds, may have terms that are not Caliper's
   */
  function nestedContext(found: FoundIssue[], context: unknown): boolean {
    if (contextVersion(context) === version) {
      // Sensors of 1.0 put it everywhere, as the examples of their time do.
      if (!model.isEarly) add(found, '@context', context, rules.duplicateContext)
      return false
    }
    if (context !== null) return true
    add(found, '@context', context, rules.emptyValue)
    return false
  }

  const softer = new Map<Rule, Rule>([
    [rules.unknownProperty, rules.foreignProperty],
    [rules.unknownType, rules.foreignType],
    [rules.unknownEventType, rules.foreignType],
  ])

  /** Makes warnings of the unknown properties and types found since `from`. */
  function soften(found: FoundIssue[], from: number): void {
    for (let i = from; i < found.length; i += 1) {
      const issue = found[i]!
      issue.rule = softer.get(issue.rule) ?? issue.rule
    }
  }

  return { itemContext, nestedContext, soften }
}
