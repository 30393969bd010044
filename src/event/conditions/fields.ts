import { editsBetween } from '../../syntax/edits'
import { type Column, columns } from '../columns'
import { keyOfPlace, readPath } from './path'

// Whoever filters has one tenant, and compares no whole item.
const noFields: readonly string[] = ['tenantId', 'raw']

/** Names the fields of the record that a filter may name, in the order of the lake's columns. */
export const fieldNames: readonly string[] = [
  ...new Set([...columns.map(({ from }) => from.join('.')), 'expiresAt']),
].filter((name) => !noFields.includes(name))

/** Webhooks of other products call these fields so. */
const shortNames: Readonly<Record<string, string>> = {
  eventType: 'type',
  source: 'sourceId',
  actor: 'actorId',
  object: 'objectId',
  group: 'groupId',
  session: 'sessionId',
}

export interface NamedField {
  /** The field as `fieldNames` has it. */
  name: string
  type: Column['type']
}

/**
 * Finds the field that a filter names: as the record calls it, as the lake calls its column, or by a
 * short name. A path of a condition has no short names: `actor` is a member of the item there.
 */
export function fieldNamed(name: string): NamedField | undefined {
  const place = Object.hasOwn(shortNames, name) ? readPath(shortNames[name]!) : readPath(name)
  if (typeof place === 'string' || place.of !== 'record') return undefined
  const field = keyOfPlace(place)
  return fieldNames.includes(field) ? { name: field, type: place.type } : undefined
}

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
const wordsOfConditions = ['path', 'all', 'any', 'not', 'field']
const candidates = [...fieldNames, ...Object.keys(shortNames), ...wordsOfConditions].map(
  (name) => ({ name, text: plain(name) }),
)
// The longest name has 17 characters, and nobody mistypes at length.
const LONGEST = 40
// A letter lost, doubled or swapped, and a plural.
const MOST_EDITS = 2
const MOST_NEAR = 3
// Parts of a name that are shorter are parts of many.
const SHORTEST_PART = 4

/** Names what may have been meant by a name that is none. */
export function nearFields(name: string): string[] {
  const sent = plain(name.slice(0, LONGEST))
  const edits = candidates
    .map((one) => ({ ...one, edits: editsBetween(sent, one.text) }))
    .filter(({ text, edits }) => edits <= MOST_EDITS && edits < text.length / 2)
    .toSorted((a, b) => a.edits - b.edits)
  const parts = candidates.filter(
    ({ text }) =>
      Math.min(text.length, sent.length) >= SHORTEST_PART &&
      (text.includes(sent) || sent.includes(text)),
  )
  const near = [...edits, ...parts].map((one) => shortNames[one.name] ?? one.name)
  return [...new Set(near)].slice(0, MOST_NEAR)
}

/** Says in the words of an issue which names would do. */
export function knownFields(name: string): string {
  const near = nearFields(name)
  return near.length > 0
    ? `did you mean ${near.join(' or ')}?`
    : `known are ${fieldNames.join(', ')}`
}
