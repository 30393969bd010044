import type { Kind } from '../../../event/record'
import { isDuration } from '../../../syntax/duration'
import { isUtcMillis } from '../../../syntax/timestamp'
import { isRandomUuidUrn } from '../../../syntax/uuid'
import type { Model } from '../model/model'
import type { Node } from '../node'
import { contextsOf } from './contexts'
import { coreRolesCheck } from './core-roles'
import { add, type FoundIssue, under } from './found-issue'
import { rulesOf } from './rules'
import { type Checks, unexpectedValuesOf } from './unexpected-values'
import { isEmptyObject, isIdentifier, typeOf } from './values'
import { entityWriter } from './write-entity'
import { eventWriter } from './write-event'
import { itemWriter } from './write-item'
import { valueWriter } from './write-value'
import { createWriter, typeKeyOf } from './writer'

/** Checks items of one version; what it finds is placed relative to the item. */
export type Checker = Record<Kind, (item: Node, found: FoundIssue[]) => void>

/**
 * Makes functions of a model's tables: one for each type of event, and one for all types of entity
 * with the same properties. At an entity, its `type` says which function goes on; so the code is as
 * large as the tables, however deep the entities, and every step of a path is known on the way back.
 */
export function compile(model: Model): Checker {
  const rules = rulesOf(model)
  const writer = createWriter()
  const writeItem = itemWriter(writer, model, rules)
  const entity = entityWriter({ writer, model, rules, writeItem, value: (...of) => value(...of) })
  const value = valueWriter({ writer, model, rules, reference: entity.reference })
  const event = eventWriter({ writer, model, rules, writeItem, value })

  const parts = [
    `event:{known:${writer.mapOf(event.checks())},other:${event.other()}}`,
    `entity:{known:${writer.mapOf(entity.checks())},other:${entity.other()}}`,
  ]
  const unexpected = unexpectedValuesOf(model, rules, () => checks)
  const { itemContext, nestedContext, soften } = contextsOf(model, rules)
  const typeKey = typeKeyOf(model)

  /** Finds the properties that an item has beyond those of its type. */
  function others(item: Node, found: FoundIssue[], known: ReadonlySet<string>): void {
    for (const name of Object.keys(item)) {
      if (!known.has(name)) add(found, name, item[typeKey], rules.unknownProperty)
    }
  }

  const values = { isIdentifier, isRandomUuidUrn, isUtcMillis, isDuration, isEmptyObject, typeOf }
  const isOf = { isArray: Array.isArray, isInteger: Number.isInteger }
  const own = { nestedContext, soften, others, coreRoles: coreRolesCheck(rules) }
  const helpers = { add, under, keyCount, ...values, ...isOf, ...own, ...unexpected }
  const checks = writer.run(helpers, `{${parts}}`) as Record<Kind, Checks>

  function checkerOf(kind: Kind) {
    const { known } = checks[kind]
    return function check(item: Node, found: FoundIssue[]): void {
      const mayHaveOthers = itemContext(item, found)
      const byType = known.get(item[typeKey])
      if (byType !== undefined) byType(item, found, true)
      else unexpected.item(kind, item, found)
      if (mayHaveOthers) soften(found, 0)
    }
  }
  return { event: checkerOf('event'), entity: checkerOf('entity') }
}

function keyCount(item: Node): number {
  return Object.keys(item).length
}
