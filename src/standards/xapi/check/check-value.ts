import { isIri } from '../../../syntax/iri'
import { isLanguageTag } from '../language-tag'
import type { MapKind, ValueKind } from '../model/shape'
import { isNode } from '../node'
import type { Section } from '../sections'
import { kinds } from '../values'
import type { XapiVersion } from '../version'
import { add, expected, type Found, nullValue, under } from './found'

/** Checks a value that stands at `step`, and adds what is wrong with it. */
export type Check = (value: unknown, step: string | number, found: Found[]) => void

export function kindCheck(kind: ValueKind, section: Section, version: XapiVersion): Check {
  const { type, test, code, expected: form, section: own } = kinds[kind]
  const wrongType = expected('wrong_type', section, form)
  const wrong = expected(code, own ?? section, form)

  return function check(value, step, found) {
    if (typeof value !== type) add(found, step, value, value === null ? nullValue : wrongType)
    else if (!test(value as never, version)) add(found, step, value, wrong)
  }
}

export function termCheck(terms: readonly string[], section: Section): Check {
  const known = new Set<unknown>(terms)
  const form = terms.length === 1 ? `"${terms[0]}"` : `one of ${terms.join(', ')}`
  const wrongType = expected('wrong_type', section, form)
  const unknown = expected('unknown_term', section, form)

  return function check(value, step, found) {
    if (known.has(value)) return
    if (typeof value === 'string') add(found, step, value, unknown)
    else add(found, step, value, value === null ? nullValue : wrongType)
  }
}

/** Checks what has the sender's keys: language maps, and extensions, whose values may be anything. */
export const mapChecks: Readonly<Record<MapKind, Check>> = {
  LanguageMap: mapCheck('languageMap', 'a language map, as {"en-US": "text"}', {
    isKey: isLanguageTag,
    wrongKey: expected('invalid_language', 'languageMap', 'a language tag of RFC 5646 as the key'),
    isValue: (value) => typeof value === 'string',
  }),
  Extensions: mapCheck('extensions', 'an object of extensions', {
    isKey: isIri,
    wrongKey: expected('invalid_iri', 'extensions', 'an IRI with its scheme as the key'),
    isValue: () => true,
  }),
}

interface MapForm {
  isKey(key: string): boolean
  wrongKey: ReturnType<typeof expected>
  isValue(value: unknown): boolean
}

function mapCheck(section: Section, form: string, { isKey, wrongKey, isValue }: MapForm): Check {
  const wrongType = expected('wrong_type', section, form)
  const wrongValue = expected('wrong_type', section, 'a string')

  return function check(value, step, found) {
    if (!isNode(value)) return add(found, step, value, value === null ? nullValue : wrongType)
    const before = found.length
    for (const key in value) {
      if (!isKey(key)) add(found, key, key, wrongKey)
      const one = value[key]
      if (!isValue(one)) add(found, key, one, one === null ? nullValue : wrongValue)
    }
    if (found.length > before) under(found, before, step)
  }
}

/** Checks an array, or with `loose` one value alone as well. */
export function manyCheck(each: Check, form: 'list' | 'some' | 'loose', section: Section): Check {
  const wrongType = expected('wrong_type', section, 'an array')
  const empty = expected('empty_list', section, 'an array that is not empty')

  return function check(value, step, found) {
    if (!Array.isArray(value)) {
      if (form === 'loose') return each(value, step, found)
      return add(found, step, value, value === null ? nullValue : wrongType)
    }
    if (form === 'some' && value.length === 0) return add(found, step, value, empty)
    const before = found.length
    for (let at = 0; at < value.length; at += 1) each(value[at], at, found)
    if (found.length > before) under(found, before, step)
  }
}
