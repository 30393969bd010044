import { type EventType, type MappedField, mappedFields } from '../../../event/event-type'
import { payloadNames } from '../model'

type Members = Record<string, unknown>
type Found = Partial<Record<MappedField, unknown>>

const kinds: Partial<Record<MappedField, 'number' | 'boolean'>> = {
  score: 'number',
  maxScore: 'number',
  durationMs: 'number',
  sequence: 'number',
  success: 'boolean',
  completion: 'boolean',
}

/** Makes what reads the mapped fields of an event; a pointer that leads nowhere leaves its field out. */
export function createMapping(mapping: EventType['mapping'] = {}): (members: Members) => Found {
  const readers = mappedFields.flatMap((field) => {
    const from = Object.hasOwn(mapping, field) ? mapping[field] : undefined
    return from === undefined ? [] : [{ field, read: readerOf(from) }]
  })
  return (members) => {
    const found: Found = {}
    for (const { field, read } of readers) {
      const value = fitting(field, read(members))
      if (value !== undefined) found[field] = value
    }
    return found
  }
}

function readerOf(from: string | { const: string | number | boolean }) {
  if (typeof from !== 'string') return () => from.const
  const path = from
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const [first = '', ...rest] = path
  if (!(payloadNames as readonly string[]).includes(first))
    return (members: Members) => valueAt(members, path)
  return (members: Members) => {
    for (const name of payloadNames) {
      const value = valueAt(members, [name, ...rest])
      if (value !== undefined) return value
    }
    return undefined
  }
}

function valueAt(root: Members, path: readonly string[]): unknown {
  let value: unknown = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Members)[step]
  }
  return value
}

/** A value that is not of the kind of its field stays with the event alone. */
function fitting(field: MappedField, value: unknown): unknown {
  const kind = kinds[field] ?? 'string'
  if (kind === 'number')
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  if (kind === 'boolean') return typeof value === 'boolean' ? value : undefined
  if (Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
