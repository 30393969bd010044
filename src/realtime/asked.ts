import type { ErrorCode } from '../error/codes'
import type { Issue } from '../error/issue'
import type { Condition } from '../event/condition'
import { conditionOf } from '../event/conditions'
import { createRefusals, shown } from '../event/conditions/issues'
import { type Format, formats } from './event-frame'
import type { StatesAsked } from './follow-states'

/** A client asks for these events, in this form. */
export interface Asked {
  /** These members of its message name events; it gets them back as it gave them. */
  filters: Readonly<Record<string, unknown>>
  /** Left out, it asks for every event. */
  condition: Condition | undefined
  format: Format
  /** The position to go on after. */
  after: string | undefined
}

/** A refusal says what is wrong with a message; `message` is a real-time pipeline's, where it has one. */
export interface Refusal {
  message: string
  code: ErrorCode
  errors?: readonly Issue[]
}

const asksOf = ['group', 'learner', 'source'] as const
// As long as an id may be in a query.
const MAX_ID = 2048
// As long as a reducer may be called.
const MAX_NAME = 64

/**
 * Reads a first message that asks for states: `reducer`, and `group`, `learner` or `source`. @returns undefined
 * for one that asks for events
 */
export function readStates(
  message: string | Uint8Array,
): { states: StatesAsked } | { refusal: Refusal } | undefined {
  const read = membersIn(message)
  if ('refusal' in read || given(read.members, 'reducer') === undefined) return undefined
  const reader = createReader()
  const names = ['reducer', ...asksOf] as const
  const asked: Partial<Record<(typeof names)[number], string>> = {}
  for (const name of names) {
    const value = given(read.members, name)
    if (value === undefined) continue
    const most = name === 'reducer' ? MAX_NAME : MAX_ID
    if (typeof value === 'string' && value !== '' && value.length <= most) asked[name] = value
    else reader.refuse([name], `Must be a text of 1 to ${most} characters; got ${shown(value)}`)
  }
  const [first, second] = asksOf.filter((name) => asked[name] !== undefined)
  if (second !== undefined) reader.refuse([second], `Must be left out beside ${first}`)
  if (reader.errors.length > 0) return { refusal: refused(reader.errors) }
  return { states: asked as StatesAsked }
}

/** A message of a client that is subscribed is one of these; what it need not know is `other`. */
export type Later =
  | { type: 'ping' }
  | { type: 'other' }
  /** Left out, the form stays as it is. */
  | { type: 'update'; asked: Omit<Asked, 'format' | 'after'> & { format: Format | undefined } }
  | { type: 'refused'; refusal: Refusal }

/** A message may have so many bytes: a condition of the largest kind, and names of events beside it. */
export const MAX_FRAME_BYTES = 64 * 1024
// A position has some hundred characters.
const MAX_POSITION = 1024

type Members = Record<string, unknown>
type Path = Issue['path']

/**
 * Reads the first message: `event_types`, `session_id`, `user_id` of a real-time pipeline, `filter` or
 * `filters` (conditions that must all hold), `format`, `after`. Other members say nothing.
 */
export function readConfig(message: string | Uint8Array): { asked: Asked } | { refusal: Refusal } {
  const read = membersIn(message)
  if ('refusal' in read) return read
  const reader = createReader()
  const asked = {
    ...reader.filtersIn(read.members, []),
    format: reader.formatIn(read.members, []) ?? 'event',
    after: reader.positionIn(read.members),
  }
  return reader.errors.length === 0 ? { asked } : { refusal: refused(reader.errors) }
}

/** Reads a message of a client that is subscribed. */
export function readLater(message: string | Uint8Array): Later {
  const read = membersIn(message)
  if ('refusal' in read) return { type: 'refused', refusal: read.refusal }
  const { type, filters = {} } = read.members
  if (type === 'ping') return { type: 'ping' }
  if (type !== 'update_filters') return { type: 'other' }
  const reader = createReader()
  if (!isObject(filters)) {
    reader.refuse(['filters'], `Must be an object; got ${shown(filters)}`)
    return { type: 'refused', refusal: refused(reader.errors) }
  }
  const asked = {
    ...reader.filtersIn(filters, ['filters']),
    format: reader.formatIn(filters, ['filters']),
  }
  if (given(filters, 'after') !== undefined) {
    reader.refuse(['filters', 'after'], 'Must be in the first message of a connection')
  }
  if (reader.errors.length > 0) return { type: 'refused', refusal: refused(reader.errors) }
  return { type: 'update', asked }
}

function membersIn(message: string | Uint8Array): { members: Members } | { refusal: Refusal } {
  if (typeof message !== 'string') {
    const error = { path: [], message: 'Must be text; got a binary message', code: 'wrong_type' }
    return { refusal: refused([error], 'Invalid message') }
  }
  const bytes = Buffer.byteLength(message)
  if (bytes > MAX_FRAME_BYTES) {
    const detail = `Must have at most ${MAX_FRAME_BYTES} bytes; got ${bytes}`
    const errors = [{ path: [], message: detail, code: 'too_large' }]
    return { refusal: { message: 'Message too large', code: 'too_large', errors } }
  }
  let value: unknown
  try {
    value = JSON.parse(message)
  } catch {
    const detail = `Must be JSON; got ${shown(message)}`
    const errors = [{ path: [], message: detail, code: 'invalid_json' }]
    return { refusal: { message: 'Invalid JSON', code: 'invalid_json', errors } }
  }
  if (isObject(value)) return { members: value }
  const error = { path: [], message: `Must be an object; got ${shown(value)}`, code: 'wrong_type' }
  return { refusal: refused([error], 'Invalid message') }
}

function refused(errors: readonly Issue[], message?: string): Refusal {
  const [first] = errors
  const where = first?.path.join('.')
  const said = message ?? `Invalid filters: ${where ? `${where}: ` : ''}${first?.message}`
  return { message: said, code: 'invalid_request', errors }
}

const names = ['event_types', 'session_id', 'user_id', 'filter', 'filters']

function createReader() {
  const { errors, refuse } = createRefusals()

  return {
    errors,
    refuse,

    filtersIn(members: Members, before: Path): Pick<Asked, 'filters' | 'condition'> {
      const read = conditionOf(members, before)
      errors.push(...(read.errors ?? []))
      const entries = Object.entries(members).filter(([name]) => names.includes(name))
      return { filters: Object.fromEntries(entries), condition: read.condition }
    },

    formatIn(members: Members, before: Path): Format | undefined {
      const value = given(members, 'format')
      if (value === undefined) return undefined
      const format = formats.find((name) => name === value)
      if (format !== undefined) return format
      refuse([...before, 'format'], `Must be one of ${formats.join(', ')}; got ${shown(value)}`)
    },

    positionIn(members: Members): string | undefined {
      const value = given(members, 'after')
      if (value === undefined) return undefined
      if (typeof value === 'string' && value !== '' && value.length <= MAX_POSITION) return value
      refuse(['after'], `Must be a position as events have it; got ${shown(value)}`)
    },
  }
}

/** Returns what a member has; nothing for null. */
function given(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? (members[name] ?? undefined) : undefined
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
