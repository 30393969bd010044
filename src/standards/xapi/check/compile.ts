import { choices, objects } from '../model/objects'
import type { ChoiceName, ObjectName, Property, Range } from '../model/shape'
import { isNode, type Node } from '../node'
import type { Section } from '../sections'
import { kinds } from '../values'
import type { XapiVersion } from '../version'
import { type Check, kindCheck, manyCheck, mapChecks, termCheck } from './check-value'
import { add, expected, type Found, nullValue, type Rule, required, under } from './found'
import { crossRules } from './rules'

interface Member {
  check: Check
  isRequired: boolean
  missing: Rule
}

/**
 * Makes one function of the model's tables that checks an object and everything in it. Each object
 * of the model is compiled once for a version, when it is first met.
 */
export function compile(name: ObjectName | ChoiceName, version: XapiVersion): Check {
  const compiled = new Map<string, Check>()
  return checkOf(name)

  /** Several tables name each other, so what is being compiled is called by name. */
  function checkOf(name: ObjectName | ChoiceName): Check {
    const known = compiled.get(name)
    if (known !== undefined) return known
    compiled.set(name, (value, step, found) => compiled.get(name)!(value, step, found))
    const check = isChoice(name) ? choiceCheck(name) : objectCheck(name)
    compiled.set(name, check)
    return check
  }

  function objectCheck(name: ObjectName): Check {
    const { section, properties } = objects[name]
    const members = new Map<string, Member>()
    for (const [key, property] of Object.entries(properties)) {
      if (property.since === undefined || property.since === version) {
        members.set(key, memberOf(property, section))
      }
    }
    const needed = [...members].filter(([, { isRequired }]) => isRequired)
    const wrongType = expected('wrong_type', section, `an object, ${nameOf(name)}`)
    const unknown = unknownKeyRules(name, section, [...members.keys()])
    const rules = crossRules[name] ?? []

    return function check(value, step, found) {
      if (!isNode(value)) return add(found, step, value, value === null ? nullValue : wrongType)
      const before = found.length
      let seen = 0
      for (const key in value) {
        const member = members.get(key)
        if (member === undefined) add(found, key, value[key], unknown(key))
        else {
          if (member.isRequired) seen += 1
          member.check(value[key], key, found)
        }
      }
      if (seen < needed.length) addMissing(value, needed, found)
      for (let at = 0; at < rules.length; at += 1) rules[at]!(value, found)
      if (found.length > before) under(found, before, step)
    }
  }

  function memberOf(property: Property, owner: Section): Member {
    const section = property.section ?? owner
    const each = rangeCheck(property.range, section)
    const check = property.many === undefined ? each : manyCheck(each, property.many, section)
    return { check, isRequired: property.isRequired === true, missing: required(section) }
  }

  function rangeCheck(range: Range, section: Section): Check {
    if (typeof range === 'object') return termCheck(range.terms, section)
    if (range === 'LanguageMap' || range === 'Extensions') return mapChecks[range]
    return range in kinds
      ? kindCheck(range as keyof typeof kinds, section, version)
      : checkOf(range as ObjectName | ChoiceName)
  }

  function choiceCheck(name: ChoiceName): Check {
    const { section, usual, types } = choices[name]
    const usualCheck = checkOf(usual)
    const checks = new Map(Object.entries(types).map(([type, of]) => [type, checkOf(of)]))
    const wrongType = expected('wrong_type', section, 'an object')
    const wrongTerm = termCheck(Object.keys(types), section)

    return function check(value, step, found) {
      if (!isNode(value)) return add(found, step, value, value === null ? nullValue : wrongType)
      const { objectType } = value
      if (objectType === undefined) return usualCheck(value, step, found)
      const own = checks.get(objectType as string)
      if (own !== undefined) return own(value, step, found)
      const before = found.length
      wrongTerm(objectType, 'objectType', found)
      under(found, before, step)
    }
  }
}

function isChoice(name: ObjectName | ChoiceName): name is ChoiceName {
  return name in choices
}

function addMissing(value: Node, needed: readonly [string, Member][], found: Found[]): void {
  for (const [key, { missing }] of needed) {
    if (!Object.hasOwn(value, key)) add(found, key, undefined, missing)
  }
}

/** Keys are case-sensitive (1.0.3, Data, 2.2): one of other case is told which it should be. */
function unknownKeyRules(name: ObjectName, section: Section, keys: readonly string[]) {
  const byLower = new Map(keys.map((key) => [key.toLowerCase(), key]))
  const unknown: Rule = {
    code: 'unknown_property',
    section,
    message: () => `The specification has no such property of ${nameOf(name)}`,
  }
  return function ruleOf(key: string): Rule {
    const meant = key.length <= MAX_KEY ? byLower.get(key.toLowerCase()) : undefined
    if (meant === undefined) return unknown
    return {
      code: 'wrong_case',
      section: 'format',
      message: () => `Keys are case-sensitive: ${meant}`,
    }
  }
}

// The longest name of the specification has 23 characters.
const MAX_KEY = 40

function nameOf(name: ObjectName): string {
  const text = name.replace(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${/^[AEIO]/.test(text) ? 'an' : 'a'} ${text}`
}
