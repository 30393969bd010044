import type { Issue } from '../../error/issue'
import type { FieldFilter } from '../filter'
import { fieldNamed, fieldNames, knownFields, type NamedField } from './fields'
import { type Refusals, SHOWN, shown } from './issues'
import { MAX_CONDITION_VALUES } from './limits'
import { operators } from './read-leaf'
import { instantOf } from './values'

// Types, ids and IRIs are compared; the longest seen in the wild have some hundreds of characters.
const MAX_VALUE_LENGTH = 1000

type Members = Record<string, unknown>
type Path = Issue['path']
type Value = FieldFilter['in'][number]

const wordsOfConditions: readonly string[] = ['path', 'all', 'any', 'not']

/**
 * Tells the older forms of filters, `{ field, in }` and `{ actorId: … }`, from conditions by their
 * members: what has nothing of a condition is one of them, its names known or not.
 */
export function isFieldFilter(value: unknown): value is Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value)
  if (names.some((name) => wordsOfConditions.includes(name))) return false
  if (names.some((name) => name === 'field' || fieldNamed(name) !== undefined)) return true
  return names.length > 0 && !names.some((name) => (operators as readonly string[]).includes(name))
}

/** Reads one of the older forms: all that it gives must hold. What is wrong with it, the refusals are told. */
export function readFieldFilter(members: Members, path: Path, refusals: Refusals): FieldFilter[] {
  const { refuse } = refusals
  return Object.hasOwn(members, 'field') ? readNamed() : readMap()

  function readNamed(): FieldFilter[] {
    const { field: sent, in: wanted } = members
    for (const name of Object.keys(members)) {
      if (name === 'field' || name === 'in') continue
      refuse([...path, name.slice(0, SHOWN)], 'Not known here; known are field, in', 'unknown_name')
    }
    const field = typeof sent === 'string' ? fieldNamed(sent) : undefined
    if (field === undefined) {
      const known = typeof sent === 'string' ? knownFields(sent) : 'one of them has to be named'
      refuse([...path, 'field'], `Must be a field of the record; got ${shown(sent)}; ${known}`)
      return []
    }
    const at = [...path, 'in']
    if (Array.isArray(wanted)) return [{ field: field.name, in: valuesIn(wanted, at, field) }]
    if (wanted === undefined) refuse(at, 'Required', 'required')
    else refuse(at, `Must be an array of values; got ${shown(wanted)}`)
    return []
  }

  function readMap(): FieldFilter[] {
    const read = Object.entries(members).flatMap(([name, wanted]) => {
      const field = fieldNamed(name)
      const at = [...path, name.slice(0, SHOWN)]
      if (field === undefined) {
        refuse(at, `Not known here; ${knownFields(name)}`, 'unknown_name')
        return []
      }
      const values = Array.isArray(wanted)
        ? valuesIn(wanted, at, field)
        : [valueIn(wanted, at, field)]
      return [{ field: field.name, in: values }]
    })
    // In one order, so that the same filter is the same however it was written.
    const placeOf = ({ field }: FieldFilter) => fieldNames.indexOf(field)
    return read.toSorted((a, b) => placeOf(a) - placeOf(b))
  }

  function valuesIn(values: unknown[], at: Path, field: NamedField): Value[] {
    const { length } = values
    if (length > 0 && length <= MAX_CONDITION_VALUES) {
      return values.map((value, place) => valueIn(value, [...at, place], field))
    }
    const rule = `Must have 1 to ${MAX_CONDITION_VALUES} values; got ${length}`
    refuse(at, rule, length === 0 ? 'too_short' : 'too_many')
    return []
  }

  function valueIn(value: unknown, at: Path, { type }: NamedField): Value {
    const rule = ruleOf(value, type)
    if (rule === undefined) return value as Value
    refuse(at, `Must be ${rule}; got ${shown(value)}`)
    return ''
  }
}

/** @returns what a value of this type must be, when this one is not that */
function ruleOf(value: unknown, type: NamedField['type']): string | undefined {
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'true or false'
  if (type === 'double' || type === 'bigint') {
    return typeof value === 'number' && Number.isFinite(value) ? undefined : 'a number'
  }
  if (type === 'timestamp') {
    const isTime = typeof value === 'string' && instantOf(value) !== undefined
    return isTime ? undefined : 'a date or an ISO 8601 date-time'
  }
  // Characters are counted as JSON Schema does.
  const isText = typeof value === 'string' && value !== ''
  if (isText && [...value].length <= MAX_VALUE_LENGTH) return undefined
  return `text of 1 to ${MAX_VALUE_LENGTH} characters`
}
