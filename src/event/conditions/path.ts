import { type Column, columns } from '../columns'
import { MAX_DEPTH } from '../limits'
import { MAX_PATH_LENGTH } from './limits'

/** A place is where a path leads: a field of the record, or whatever the item as sent has there. */
export type Place =
  | { readonly of: 'record'; readonly from: readonly string[]; readonly type: Column['type'] }
  | {
      readonly of: 'item'
      readonly steps: readonly string[]
      /** A pointer goes through an array by index alone (RFC 6901, 4). */
      readonly isPointer: boolean
    }

const fields = new Map<string, Place>([
  ...columns.flatMap(({ name, from, type }) => {
    const place: Place = { of: 'record', from, type }
    return [[name, place] as const, [from.join('.'), place] as const]
  }),
  ['expiresAt', { of: 'record', from: ['expiresAt'], type: 'timestamp' }],
])

/** Clients of a real-time event pipeline call these fields so. */
const pipelineNames = { event_type: 'type', user_id: 'actorId' }
for (const [name, field] of Object.entries(pipelineNames)) fields.set(name, fields.get(field)!)

const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/

/** Reads a path. @returns a text where it is none: the rule that it breaks */
export function readPath(path: string): Place | string {
  return fields.get(path) ?? readItemPath(path)
}

/** Reads a path into the item, whatever fields the record has. @returns as `readPath` */
export function readItemPath(path: string): (Place & { of: 'item' }) | string {
  if (path === '') return 'Must not be empty'
  if (path.length > MAX_PATH_LENGTH) return `Must have at most ${MAX_PATH_LENGTH} characters`
  const isPointer = path.startsWith('/')
  if (isPointer && !POINTER.test(path))
    return 'Must be a JSON Pointer (RFC 6901): ~ stands before 0 or 1'
  const steps = isPointer ? pointerSteps(path) : path.split('.')
  if (steps.length > MAX_DEPTH) return `Must have at most ${MAX_DEPTH} names`
  if (!isPointer && steps.includes(''))
    return 'Must be names with dots between; a name that has dots or is empty needs a JSON Pointer'
  return { of: 'item', steps, isPointer }
}

// As many paths as there are in all that a school follows; those of one with more are made anew.
const MAX_KNOWN = 2000
const known = new Map<string, Place>()

/** Returns the place of a path that was read before, the same for the same path as a rule. */
export function placeOf(path: string): Place {
  const same = known.get(path)
  if (same !== undefined) return same
  const place = readPath(path)
  if (typeof place === 'string') throw new Error(`The path was never read: ${place}`)
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(path, place)
  return place
}

function pointerSteps(pointer: string): string[] {
  const [, ...steps] = pointer.split('/')
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Returns the same text for places that are the same, however their paths were written. */
export function keyOfPlace(place: Place): string {
  if (place.of === 'record') return place.from.join('.')
  return `${place.isPointer ? '/' : '.'}${JSON.stringify(place.steps)}`
}
