import type { Issue } from '../../error/issue'
import { type FieldFilter, filterFields } from '../filter'
import { type Refusals, SHOWN, shown } from './issues'
import { MAX_CONDITION_VALUES } from './limits'

// Types, ids and IRIs are compared; the longest seen in the wild have some hundreds of characters.
const MAX_VALUE_LENGTH = 1000

type Members = Record<string, unknown>
type Path = Issue['path']

/** Tells the older forms of filters, `{ field, in }` and `{ actorId: … }`, from conditions by their members. */
export function isFieldFilter(value: unknown): value is Members {
  if (typeof value !== 'object' || value === null) return false
  const has = (name: string) => Object.hasOwn(value, name)
  if (['path', 'all', 'any', 'not'].some(has)) return false
  return has('field') || filterFields.some(has)
}

/** Reads one of the older forms: all that it gives must hold. What is wrong with it, the refusals are told. */
export function readFieldFilter(members: Members, path: Path, refusals: Refusals): FieldFilter[] {
  const { refuse } = refusals
  if (!Object.hasOwn(members, 'field')) {
    refuseOthers(filterFields)
    // In one order, so that the same filter is the same however it was written.
    return filterFields
      .filter((field) => Object.hasOwn(members, field))
      .map((field) => {
        const { [field]: wanted } = members
        const at = [...path, field]
        return { field, in: Array.isArray(wanted) ? valuesIn(wanted, at) : [textIn(wanted, at)] }
      })
  }
  const { field, in: wanted } = members
  refuseOthers(['field', 'in'])
  if (!isField(field)) {
    refuse([...path, 'field'], `Must be one of ${filterFields.join(', ')}; got ${shown(field)}`)
    return []
  }
  const at = [...path, 'in']
  if (Array.isArray(wanted)) return [{ field, in: valuesIn(wanted, at) }]
  if (wanted === undefined) refuse(at, 'Required', 'required')
  else refuse(at, `Must be an array of texts; got ${shown(wanted)}`)
  return []

  function refuseOthers(known: readonly string[]) {
    for (const name of Object.keys(members)) {
      if (known.includes(name)) continue
      const rule = `Not known here; known are ${known.join(', ')}`
      refuse([...path, name.slice(0, SHOWN)], rule, 'unknown_name')
    }
  }

  function valuesIn(values: unknown[], at: Path): string[] {
    const { length } = values
    if (length > 0 && length <= MAX_CONDITION_VALUES) {
      return values.map((value, place) => textIn(value, [...at, place]))
    }
    const rule = `Must have 1 to ${MAX_CONDITION_VALUES} values; got ${length}`
    refuse(at, rule, length === 0 ? 'too_short' : 'too_many')
    return []
  }

  /** Counts characters as JSON Schema does. */
  function textIn(value: unknown, at: Path): string {
    const isText = typeof value === 'string' && value !== ''
    if (isText && [...value].length <= MAX_VALUE_LENGTH) return value
    refuse(at, `Must be text of 1 to ${MAX_VALUE_LENGTH} characters; got ${shown(value)}`)
    return ''
  }
}

function isField(name: unknown): name is FieldFilter['field'] {
  return filterFields.includes(name as FieldFilter['field'])
}
