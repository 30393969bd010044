import type { Issue } from '../../error/issue'
import type { Condition, Scalar } from '../condition'
import { type Refusals, SHOWN, shown } from './issues'
import { MAX_CONDITION_VALUES } from './limits'
import { readPath } from './path'
import { isScalar } from './subject'
import { instantOf } from './values'

export const bounds = ['gt', 'gte', 'lt', 'lte'] as const
export const operators = ['equals', 'in', 'prefix', 'exists', ...bounds] as const
type Operator = (typeof operators)[number]

export const EXPECTED =
  'Must be {"path": P, "equals" | "in" | "prefix" | "exists" | "gt" | "gte" | "lt" | "lte": V}, {"all": [conditions]}, {"any": [conditions]} or {"not": condition}'

type Path = Issue['path']

/** Reads conditions of one path; what is wrong with them, the refusals are told. */
export function leafReader({ errors, refuse }: Refusals) {
  return function readLeaf(members: Record<string, unknown>, at: Path): Condition | undefined {
    const before = errors.length
    const names = Object.keys(members)
    const unknown = names.find((name) => name !== 'path' && !isOperator(name))
    if (unknown !== undefined) {
      const known = `Not known here; known are path, ${operators.join(', ')}, all, any, not`
      return refuse([...at, unknown.slice(0, SHOWN)], known, 'unknown_name')
    }
    const given = names.filter(isOperator)
    if (given.length === 0) {
      const got = names.length === 0 ? 'an empty object' : 'a path alone'
      return refuse(at, `${EXPECTED}; got ${got}`, 'required')
    }
    const areBounds = given.every(isBound)
    if (given.length > 1 && !areBounds) {
      const rule = 'Must have one of them, or several bounds; put several conditions into "all"'
      return refuse(at, `${rule}; got ${given.join(' and ')}`)
    }
    if (!Object.hasOwn(members, 'path')) return refuse([...at, 'path'], 'Required', 'required')
    const { path } = members
    const place = typeof path === 'string' ? readPath(path) : 'Must be text'
    if (typeof place === 'string') {
      return refuse([...at, 'path'], `${place}; got ${shown(path)}`)
    }
    const type = place.of === 'record' ? place.type : undefined
    for (const name of given) checkOperand(name, members[name], [...at, name], type)
    if (areBounds) checkTogether(given, members, at)
    if (errors.length > before) return undefined
    const operands = given.map((name) => {
      const operand = members[name]
      return [name, Array.isArray(operand) ? [...operand] : operand]
    })
    return { path: path as string, ...Object.fromEntries(operands) } as Condition
  }

  function checkOperand(name: Operator, value: unknown, at: Path, type: string | undefined) {
    if (isBound(name)) return checkBound(value, at, type)
    if (name === 'equals') return checkScalar(value, at)
    if (name === 'in') return checkValues(value, at)
    const [wanted, rule] = name === 'prefix' ? ['string', 'text'] : ['boolean', 'true or false']
    if (typeof value !== wanted) refuse(at, `Must be ${rule}; got ${shown(value)}`)
  }

  /** A bound that no value of a field could be compared with is a mistake. */
  function checkBound(value: unknown, at: Path, type: string | undefined) {
    const isText = typeof value === 'string'
    if (!isText && !(typeof value === 'number' && Number.isFinite(value))) {
      return refuse(at, `Must be a number, a text or a time; got ${shown(value)}`)
    }
    if (type === 'timestamp') {
      if (instantOf(value) !== undefined) return
      return refuse(at, `Must be a date or an ISO 8601 date-time; got ${shown(value)}`)
    }
    if (type === 'boolean') {
      return refuse(at, `Must not stand with what is true or false; got ${shown(value)}`)
    }
    const isOfNumbers = type === 'double' || type === 'bigint'
    if (isOfNumbers && isText) refuse(at, `Must be a number; got ${shown(value)}`)
    if (type?.startsWith('string') && !isText) refuse(at, `Must be text; got ${shown(value)}`)
  }

  function checkTogether(given: Operator[], members: Record<string, unknown>, at: Path) {
    const kinds = given.map((name) => kindOf(members[name] as Scalar))
    const other = kinds.findIndex((kind) => kind !== kinds[0])
    if (other < 0) return
    const got = `${given[0]}: ${kinds[0]}, ${given[other]}: ${kinds[other]}`
    refuse(at, `Must have bounds of one kind, numbers, texts or times; got ${got}`)
  }

  function checkValues(value: unknown, at: Path) {
    if (!Array.isArray(value)) return refuse(at, `Must be an array; got ${shown(value)}`)
    if (value.length > MAX_CONDITION_VALUES) {
      const rule = `Must have at most ${MAX_CONDITION_VALUES} values; got ${value.length}`
      return refuse(at, rule, 'too_many')
    }
    for (const [place, one] of value.entries()) checkScalar(one, [...at, place])
  }

  function checkScalar(value: unknown, at: Path) {
    if (!isScalar(value)) {
      return refuse(at, `Must be a text, a number, true, false or null; got ${shown(value)}`)
    }
    if (typeof value !== 'number' || Number.isFinite(value)) return
    refuse(at, 'Must be a number of at most 1.8e308')
  }
}

function kindOf(value: Scalar): string {
  return instantOf(value) === undefined ? typeof value : 'time'
}

function isOperator(name: string): name is Operator {
  return operators.includes(name as Operator)
}

function isBound(name: Operator): boolean {
  return (bounds as readonly string[]).includes(name)
}
