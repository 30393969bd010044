import { actionSynonyms, actions as allActions } from './actions'
import type { Dialect } from './dialect'
import { type EntityRow, entityBase, entities as entityRows, parts as partRows } from './entities'
import { type EventRow, eventBase, events as eventRows } from './events'
import { missingTermsOf } from './missing-terms'
import { type Properties, propertyReader } from './properties'
import type { PropertyTable } from './shape'
import { deprecatedIn1p1, otherNames } from './versions'

/** The tables of one version, with everything that a type inherits in its place. */
export interface Model {
  dialect: Dialect
  /** 1.0 has `@id` and `@type`, full IRIs for terms, and explicit nulls. */
  isEarly: boolean
  events: ReadonlyMap<string, EventModel>
  entities: ReadonlyMap<string, EntityModel>
  parts: ReadonlyMap<string, Properties>
  actions: ReadonlySet<string>
}

export interface EntityModel {
  type: string
  /** Itself and every type above it. */
  line: ReadonlySet<string>
  properties: Properties
  /** A type that is deprecated in this version has this successor. */
  successor?: string
}

export interface EventModel {
  type: string
  /** In every spelling that is right. */
  actions: ReadonlySet<string>
  deprecatedActions: ReadonlySet<string>
  properties: Properties
  /** Narrower properties, by action, and by type of the object. */
  when: ReadonlyMap<string, Properties>
  whenObject: ReadonlyMap<string, Properties>
  successor?: string
}

export function modelOf(dialect: Dialect): Model {
  const missing = missingTermsOf(dialect)
  const isEarly = dialect === '1.0'
  const isOld = dialect !== '1.2'
  const { entities: entitiesGone, events: eventsGone, supported: actionsGone } = deprecatedIn1p1
  const rows = rowsOf<EntityRow>(entityRows, isOld && entitiesGone, missing.entity)
  for (const [type, row] of Object.entries(otherNames)) {
    if (isOld && !missing.entity(type)) rows.set(type, row)
  }
  const events = rowsOf<EventRow>(eventRows, isOld && eventsGone, missing.event)
  const actions = [...allActions].filter((name) => !missing.action(name))
  const read = propertyReader({ missing, rows, isOld, isEarly })

  function entityModel(type: string): EntityModel {
    const line = lineOf(type)
    const properties = new Map([...line].flatMap((one) => [...read(one, tableOf(one))]))
    return { type, line, properties, ...successorIn(entitiesGone, type) }
  }

  function eventModel(type: string, row: EventRow): EventModel {
    const gone = (isOld && actionsGone[type]) || new Set<string>()
    const base = read('Event', eventBase)
    const narrowed = (tables: Readonly<Record<string, PropertyTable>> = {}) =>
      new Map(Object.entries(tables).map(([name, table]) => [name, read(type, table, base)]))
    const supported = [...row.actions].filter(
      (name) => !missing.action(name) && !missing.support(type, name),
    )
    return {
      type,
      actions: withSynonyms(isEarly ? [...supported, ...gone] : supported),
      deprecatedActions: isEarly ? new Set() : gone,
      properties: new Map([...base, ...read(type, row.has ?? {}, base)]),
      when: narrowed(row.when),
      whenObject: narrowed(row.whenObject),
      ...successorIn(eventsGone, type),
    }
  }

  /** Lists the types from Entity down to this one, without those this version does not have. */
  function lineOf(type: string): Set<string> {
    const { of } = rows.get(type) ?? entityRows[type]!
    const above = typeof of === 'string' ? [of] : of
    const line = new Set(above.flatMap((one) => [...lineOf(one)]))
    return rows.has(type) ? line.add(type) : line
  }

  function tableOf(type: string): PropertyTable {
    return type === 'Entity' ? entityBase : (rows.get(type)?.has ?? {})
  }

  function successorIn(table: Record<string, { now: string }>, type: string) {
    const now = isEarly ? undefined : table[type]?.now
    return now === undefined ? {} : { successor: now }
  }

  return {
    dialect,
    isEarly,
    actions: withSynonyms(actions),
    parts: new Map(Object.entries(partRows).map(([type, table]) => [type, read(type, table)])),
    entities: new Map([...rows.keys()].map((type) => [type, entityModel(type)])),
    events: new Map([...events].map(([type, row]) => [type, eventModel(type, row)])),
  }
}

/** The types that are one of `types`, or below it. */
export function subtypesOf({ entities }: Model, types: readonly string[]): Set<string> {
  const fitting = [...entities.values()].filter(({ line }) => types.some((type) => line.has(type)))
  return new Set(fitting.map(({ type }) => type))
}

/** The rows of a version: those of 1.2 without what it lacks, and with what has gone since. */
function rowsOf<Row>(
  rows: Readonly<Record<string, Row>>,
  gone: false | Readonly<Record<string, { row: Row }>>,
  isMissing: (type: string) => boolean,
): Map<string, Row> {
  const present = new Map(Object.entries(rows).filter(([type]) => !isMissing(type)))
  for (const [type, { row }] of Object.entries(gone || {})) present.set(type, row)
  return present
}

function withSynonyms(actions: readonly string[]): Set<string> {
  const all = new Set(actions)
  for (const [synonym, action] of actionSynonyms) if (all.has(action)) all.add(synonym)
  return all
}
