import type { Kind } from '../../../event/record'
import { isIri } from '../../../syntax/iri'
import { isUuidUrn } from '../../../syntax/uuid'
import { versionOfDialect } from '../model/dialect'
import type { Model } from '../model/model'
import { actionTerm, term } from '../model/terms'
import type { Node } from '../node'
import { contextVersion } from '../version'
import { add, type FoundIssue, type Rule } from './found-issue'
import type { Rules } from './rules'
import { isEmpty } from './values'
import { keysOf, typeKeyOf } from './writer'

export type Check = (item: Node, found: FoundIssue[], isTop?: boolean) => void

/** A reference takes these types, and this rule stands against all others. */
export interface Wanted {
  types: ReadonlySet<string>
  wrong: Rule
}

/** The checks of a version, of one kind: by type as its items write it, and for any other type. */
export interface Checks {
  known: ReadonlyMap<unknown, Check>
  other: Check
}

/** An action that a type of event takes, and what is said of any other. */
export interface WantedAction {
  supported: ReadonlySet<string>
  deprecated: ReadonlySet<string>
  deprecatedRule: Rule
  unsupported: Rule
}

/**
 * The generated code calls these for a value that is not as expected. Here nothing is hurried: events
 * that conform do not come this way.
 */
export function unexpectedValuesOf(model: Model, rules: Rules, checks: () => Record<Kind, Checks>) {
  const { isEarly } = model
  const typeKey = typeKeyOf(model)

  /** A value that fails its rule, or that is merely empty. */
  function odd(found: FoundIssue[], step: string | number, value: unknown, rule: Rule): void {
    if (!rule.mayBeEmpty || !isEmpty(value)) add(found, step, value, rule)
    else if (!isEarly) add(found, step, value, rules.emptyValue) // 1.0 writes its nulls out
  }

  function oddIdentifier(found: FoundIssue[], step: string | number, value: unknown): void {
    const isText = typeof value === 'string'
    add(found, step, value, isText ? rules.wrongIdentifier : rules.unreadableIdentifier)
  }

  function oddEventId(found: FoundIssue[], step: string, value: unknown): void {
    if (typeof value !== 'string') add(found, step, value, rules.unreadableEventId)
    else add(found, step, value, isUuidUrn(value) ? rules.uuidVersion : rules.eventId)
  }

  /** A string that is not the IRI it should be. */
  function oddReference(
    found: FoundIssue[],
    step: string | number,
    value: string,
    rule: Rule,
  ): void {
    odd(found, step, value, rule.mayBeEmpty ? lenient : rules.wrongIdentifier)
  }
  const lenient: Rule = { ...rules.wrongIdentifier, mayBeEmpty: true }

  /** An item whose type is none of those expected, as it is written. */
  function item(kind: Kind, node: Node, found: FoundIssue[], wanted?: Wanted): void {
    const isTop = wanted === undefined
    const type = node[typeKey] ?? (hasKeywords ? node['@type'] : undefined)
    const name = typeof type === 'string' ? term(type) : ''
    const { known, other } = checks()[kind]
    const check = known.get(keysOf(name, model)[0])
    if (check === undefined) {
      const { missing, unknown } = typeRules[kind]
      if (type === undefined || type === null) add(found, typeKey, type, missing)
      else if (!isForeign(type)) {
        add(found, typeKey, type, !isTop && hasOtherContext(node) ? rules.foreignType : unknown)
      }
      other(node, found, isTop)
      return
    }
    if (name !== type && !isEarly) add(found, typeKey, type, rules.typeIsIri)
    if (!isTop && !wanted.types.has(name)) add(found, typeKey, type, wanted.wrong)
    check(node, found, isTop)
  }

  const version = versionOfDialect(model.dialect)
  const hasKeywords = version === '1.1'

  /** Contexts further in may define the type of what they stand in. */
  function hasOtherContext({ '@context': context }: Node): boolean {
    return context !== undefined && context !== null && contextVersion(context) !== version
  }

  const typeRules = {
    event: { missing: rules.eventTypeMissing, unknown: rules.unknownEventType },
    entity: { missing: rules.typeMissing, unknown: rules.unknownType },
  }

  /** A word that is not in its vocabulary, as it is written. */
  function oddTerm(
    found: FoundIssue[],
    step: string | number,
    value: unknown,
    vocabulary: ReadonlySet<string>,
    rule: Rule,
  ): void {
    if (typeof value === 'string' && vocabulary.has(term(value))) {
      if (!isEarly) add(found, step, value, rules.termIsIri)
    } else if (!isForeign(value)) {
      odd(found, step, value, rule)
    }
  }

  function oddAction(
    found: FoundIssue[],
    step: string,
    value: unknown,
    wanted: WantedAction,
  ): void {
    const name = typeof value === 'string' ? actionTerm(value) : ''
    if (wanted.supported.has(name)) {
      if (!isEarly) add(found, step, value, rules.termIsIri)
    } else if (wanted.deprecated.has(name)) {
      add(found, step, value, wanted.deprecatedRule)
    } else if (model.actions.has(name)) {
      add(found, step, value, wanted.unsupported)
    } else if (!isForeign(value)) {
      add(found, step, value, rules.unknownAction)
    }
  }

  /** 1.0 takes words of other vocabularies as they come. */
  function isForeign(value: unknown): boolean {
    if (!isEarly || typeof value !== 'string') return false
    return isIri(value) && !/^https?:\/\/purl\.imsglobal\.org\//.test(value)
  }

  return { odd, oddIdentifier, oddEventId, oddReference, oddTerm, oddAction, item }
}
