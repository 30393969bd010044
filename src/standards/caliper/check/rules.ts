import { show } from '../../../error/shown-value'
import { versionOfDialect } from '../model/dialect'
import type { Model } from '../model/model'
import { sectionsOf } from '../sections'
import type { Rule } from './found-issue'
import { typeHint } from './hint'

/** The rules of one version that are the same for every type, in the words of its specification. */
export function rulesOf(model: Model) {
  const sections = sectionsOf(versionOfDialect(model.dialect))
  const { identifiers, entity, context, types, changes } = sections
  const hint = typeHint(model)
  return {
    sections,
    wrongIdentifier: error('invalid_iri', identifiers, got('Expected an IRI or a blank node id')),
    unreadableIdentifier: error('wrong_type', identifiers, got('Expected an IRI')),
    eventId: error('invalid_id', identifiers, got('Expected urn:uuid: and a UUID')),
    unreadableEventId: error('wrong_type', identifiers, got('Expected urn:uuid: and a UUID')),
    uuidVersion: warning('uuid_version', identifiers, () => 'A version 4 UUID is recommended'),
    emptyValue: warning('empty_value', entity, (value) =>
      value === null ? 'null is best left out' : 'An empty value is best left out',
    ),
    unknownProperty: error(
      'unknown_property',
      entity,
      (type, name) =>
        `${show(type)} has no ${show(name)}; what is not in the model goes into extensions`,
    ),
    foreignProperty: warning(
      'unknown_property',
      context,
      (_, name) =>
        `${show(name)} is not Caliper's; whether another context has it is not looked up`,
    ),
    duplicateContext: warning(
      'duplicate_context',
      context,
      () => 'The context of the whole item need not be repeated',
    ),
    missingCoreRole: warning(
      'missing_core_role',
      sections.vocabulary('Role'),
      (role) => `${show(coreRole(String(role)))} should stand beside it`,
    ),
    typeMissing: required(entity),
    eventTypeMissing: required(sections.event),
    unknownType: error(
      'unknown_type',
      types,
      (type) => `${show(type)} is not a type of entity${hint(type)}`,
    ),
    unknownEventType: error(
      'unknown_type',
      sections.event,
      (type) => `${show(type)} is not a type of event${hint(type)}`,
    ),
    foreignType: warning(
      'unknown_type',
      context,
      (type) => `${show(type)} is not Caliper's; whether another context has it is not looked up`,
    ),
    typeIsIri: error('not_a_term', types, (iri) => `Expected the term alone, got ${show(iri)}`),
    termIsIri: warning('not_a_term', types, (iri) => `The term alone is enough, got ${show(iri)}`),
    unknownAction: error(
      'unknown_action',
      sections.actions,
      (action) => `${show(action)} is not an action`,
    ),
    keyword: deprecated('the name without @', changes),
  }
}

export type Rules = ReturnType<typeof rulesOf>

export function error(code: string, spec: string, message: Rule['message']): Rule {
  return { code, severity: 'error', spec, message }
}

export function warning(code: string, spec: string, message: Rule['message']): Rule {
  return { code, severity: 'warning', spec, message }
}

export function required(spec: string): Rule {
  return error('required', spec, () => 'Required')
}

/** @param now what to use instead; '' for nothing */
export function deprecated(now: string, spec: string): Rule {
  const message = now === '' ? 'Deprecated, with nothing in its place' : `Deprecated; use ${now}`
  return warning('deprecated', spec, () => message)
}

export function got(expected: string): Rule['message'] {
  return (value) => `${expected}, got ${show(value)}`
}

/** "Whenever a sub-role is specified, the related context role SHOULD also be included." */
export function coreRole(role: string): string {
  return role.slice(0, role.indexOf('#'))
}
