import { type EventModel, type Model, subtypesOf } from '../../src/standards/caliper/model/model'
import { profiles } from '../../src/standards/caliper/model/profiles'
import type { Properties } from '../../src/standards/caliper/model/properties'
import type { Range, Shape } from '../../src/standards/caliper/model/shape'
import { actionTerm, term } from '../../src/standards/caliper/model/terms'
import { vocabularies } from '../../src/standards/caliper/model/vocabularies'
import { isDuration } from '../../src/syntax/duration'
import { isBlankNode, isIri } from '../../src/syntax/iri'
import { isUtcMillis } from '../../src/syntax/timestamp'
import { isUuidUrn, uuidUrnVersion } from '../../src/syntax/uuid'

type Node = Record<string, unknown>

/**
 * The rules of every version of Caliper read off the tables for each item anew: slow, plain, and
 * written without a look at the code that the checker generates. Gives lines of `code path`, in no
 * order.
 */
export function interpret(model: Model, kind: 'event' | 'entity', item: Node): string[] {
  const found: { code: string; path: (string | number)[] }[] = []
  const isNew = model.dialect === '1.2'
  const { isEarly } = model // 1.0: `@id` and `@type`, IRIs for terms, nulls written out
  const hasKeywords = !isNew && !isEarly
  let localContexts = 0

  function say(code: string, ...path: (string | number)[]) {
    found.push({ code, path })
  }

  function checkNode(node: Node, path: (string | number)[], wanted?: ReadonlySet<string>) {
    const type = isEarly ? node['@type'] : (node.type ?? (hasKeywords ? node['@type'] : undefined))
    const name = typeof type === 'string' ? term(type) : ''
    const isEvent = wanted === undefined && kind === 'event'
    const known = isEvent
      ? model.events.get(name)
      : (model.entities.get(name) ?? (model.parts.has(name) ? {} : undefined))
    const key = keyOf('type')
    const isLocal = path.length > 0 && nestedContext(node, path)
    if (isLocal) localContexts += 1
    if (type === undefined || type === null) say('required', ...path, key)
    else if (known === undefined) {
      if (!isForeign(type)) say(softened('unknown_type'), ...path, key)
    } else {
      if (name !== type && !isEarly) say('not_a_term', ...path, key)
      if (wanted !== undefined && !wanted.has(name)) say('wrong_entity', ...path, key)
      if ('successor' in known) say('deprecated', ...path, 'type')
    }
    const event = isEvent ? ((known as EventModel) ?? model.events.get('Event')!) : undefined
    const properties =
      event?.properties ??
      model.entities.get(name)?.properties ??
      model.parts.get(name) ??
      model.entities.get('Entity')!.properties
    checkProperties(node, properties, path, event, known === undefined)
    if (event !== undefined && !isEarly) checkConditions(node, event)
    if (isLocal) localContexts -= 1
  }

  /** What another context may define is no more than a warning. */
  function softened(code: string): string {
    return localContexts > 0 ? `~${code}` : code
  }

  function nestedContext(node: Node, path: (string | number)[]): boolean {
    const context = node['@context']
    if (context === undefined) return false
    if (context === null) say('empty_value', ...path, '@context')
    else if (!isOwnContext(context)) return true
    else if (!isEarly) say('duplicate_context', ...path, '@context')
    return false
  }

  function isOwnContext(context: unknown): boolean {
    const version = { '1.2': 'v1p2', '1.0': 'v1/' }[model.dialect as string] ?? 'v1p1'
    return typeof context === 'string' && context.includes(`imsglobal.org/ctx/caliper/${version}`)
  }

  /** 1.0 takes words of other vocabularies as they come. */
  function isForeign(value: unknown): boolean {
    if (!isEarly || typeof value !== 'string' || !isIri(value)) return false
    return !/^https?:\/\/purl\.imsglobal\.org\//.test(value)
  }

  function keyOf(name: string): string {
    return isEarly && (name === 'id' || name === 'type') ? `@${name}` : name
  }

  function checkProperties(
    node: Node,
    properties: Properties,
    path: (string | number)[],
    event: EventModel | undefined,
    isOpen: boolean,
  ) {
    for (const usual of properties.values()) {
      const { name, shape, successor } = usual
      const own = event?.when.get(node.action as string)?.get(name) ?? usual
      let key = keyOf(name)
      if (hasKeywords && (name === 'id' || name === 'type')) {
        if (node[name] === undefined && node[`@${name}`] !== undefined) key = `@${name}`
        if (key !== name) say('deprecated', ...path, key)
      }
      const value = node[key]
      if (value === undefined || (value === null && shape.need === 'required')) {
        const isSaid = shape.range.kind === 'Type'
        if (shape.need === 'required' && !isSaid) say('required', ...path, key)
        continue
      }
      if (successor !== undefined) say('deprecated', ...path, key)
      if (shape.range.kind === 'Action') checkAction(value, event!)
      else if (shape.range.kind === 'Profile') checkProfile(value, node, event!, isOpen)
      else if (shape.range.kind !== 'Type') checkValue(value, own.shape, [...path, key])
    }
    const names = new Set(['@context', ...[...properties.keys()].map(keyOf)])
    for (const key of isOpen ? [] : Object.keys(node)) {
      const isKeyword = !isNew && (key === '@id' || key === '@type')
      if (names.has(key) || isKeyword) continue
      say(softened('unknown_property'), ...path, key)
    }
  }

  function checkValue(value: unknown, shape: Shape, path: (string | number)[]) {
    if (shape.need !== 'required' && isEmpty(value)) {
      if (shape.range.kind !== 'anything' && !isEarly) say('empty_value', ...path)
    } else if (!shape.isArray) {
      checkOne(value, shape.range, path)
    } else if (!Array.isArray(value)) {
      say('wrong_type', ...path)
    } else {
      for (const [i, each] of value.entries()) checkOne(each, shape.range, [...path, i])
      const isRole = shape.range.kind === 'Term' && shape.range.vocabulary === 'Role'
      if (isRole) checkCoreRoles(value, path)
    }
  }

  function checkCoreRoles(roles: unknown[], path: (string | number)[]) {
    roles.forEach((role, i) => {
      if (typeof role !== 'string' || !vocabularies.Role.has(role) || !role.includes('#')) return
      if (!roles.includes(role.split('#')[0])) say('missing_core_role', ...path, i)
    })
  }

  function checkOne(value: unknown, range: Range, path: (string | number)[]) {
    if (range.kind === 'Entity') return checkReference(value, range.types, path)
    if (range.kind === 'Term') {
      const words = vocabularies[range.vocabulary]
      if (typeof value === 'string' && words.has(value)) return
      if (typeof value === 'string' && words.has(term(value))) {
        return isEarly ? undefined : say('not_a_term', ...path)
      }
      if (isForeign(value)) return
      const names = {
        Role: 'role',
        Status: 'status',
        Metric: 'metric',
        IdentifierType: 'identifier_type',
        MessageType: 'message_type',
      }
      return say(`unknown_${names[range.vocabulary]}`, ...path)
    }
    if (isEarly && range.kind === 'Duration' && Number.isInteger(value)) return
    const code = faultOf(value, range.kind)
    if (code !== undefined) say(code, ...path)
  }

  function checkReference(value: unknown, types: readonly string[], path: (string | number)[]) {
    const isPart = types.every((type) => model.parts.has(type))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      checkNode(value as Node, path, isPart ? new Set(types) : subtypesOf(model, types))
    } else if (typeof value !== 'string' || isPart) {
      say('wrong_type', ...path)
    } else if (!isIri(value) && !isBlankNode(value)) {
      say('invalid_iri', ...path)
    }
  }

  function checkAction(value: unknown, event: EventModel) {
    const name = typeof value === 'string' ? actionTerm(value) : ''
    if (event.actions.has(value as string)) return
    if (event.actions.has(name)) {
      if (!isEarly) say('not_a_term', 'action')
    } else if (event.deprecatedActions.has(name)) say('deprecated', 'action')
    else if (model.actions.has(name)) say('unsupported_action', 'action')
    else if (!isForeign(value)) say('unknown_action', 'action')
  }

  function checkProfile(value: unknown, node: Node, event: EventModel, isOpen: boolean) {
    if (value === null || value === '') return say('empty_value', 'profile')
    const rows = typeof value === 'string' && Object.hasOwn(profiles, value) && profiles[value]
    if (!rows) return say('unknown_profile', 'profile')
    const own = rows.filter((row) => row.event === event.type)
    if (isOpen) return
    if (own.length === 0) say('outside_profile', 'profile')
    for (const { actions, has = {} } of own) {
      if (actions !== undefined && !actions.split(' ').includes(node.action as string)) continue
      for (const [name, text] of Object.entries(has)) {
        const type = (node[name] as Node | null | undefined)?.type
        const isKnown = typeof type === 'string' && model.entities.has(type)
        if (isKnown && !subtypesOf(model, text.split(' | ')).has(type)) say('outside_profile', name)
      }
    }
  }

  function checkConditions(node: Node, event: EventModel) {
    const more = [
      ...(event.when.get(node.action as string)?.values() ?? []),
      ...(event.whenObject.get((node.object as Node | null)?.type as string)?.values() ?? []),
    ].filter(({ name, shape }) => event.properties.get(name)?.shape.need !== shape.need)
    for (const { name, shape } of event.properties.values()) {
      if (shape.need === 'recommended' && isGone(node[name])) say('recommended', name)
    }
    for (const { name, shape } of more) if (isGone(node[name])) say(shape.need, name)
  }

  checkNode(item, [])
  return found.map(({ code, path }) => `${code} ${path.join('.')}`)
}

function isGone(value: unknown): boolean {
  return value === undefined || value === null
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function faultOf(value: unknown, kind: Range['kind']): string | undefined {
  const text = typeof value === 'string' ? value : undefined
  const isWhole = Number.isInteger(value)
  switch (kind) {
    case 'IRI':
      if (text === undefined) return 'wrong_type'
      return isIri(text) || isBlankNode(text) ? undefined : 'invalid_iri'
    case 'UUID':
      if (text === undefined) return 'wrong_type'
      if (!isUuidUrn(text)) return 'invalid_id'
      return uuidUrnVersion(text) === 4 ? undefined : 'uuid_version'
    case 'DateTime':
      return text !== undefined && isUtcMillis(text) ? undefined : 'invalid_timestamp'
    case 'Duration':
      return text !== undefined && isDuration(text) ? undefined : 'invalid_duration'
    case 'string':
      return text !== undefined && text !== '' ? undefined : 'wrong_type'
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'wrong_type'
    case 'decimal':
      return typeof value === 'number' ? undefined : 'wrong_type'
    case 'integer':
      return isWhole ? undefined : 'wrong_type'
    case 'nonNegativeInteger':
      return isWhole && (value as number) >= 0 ? undefined : 'wrong_type'
    case 'Object':
      return typeof value === 'object' && !Array.isArray(value) ? undefined : 'wrong_type'
    default:
      return undefined
  }
}
