import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { columns } from '../../event/columns'
import type { EventRecord } from '../../event/record'
import type { Principal } from '../../identity/principal'
import { readOneWith } from '../../ingest/read-one'
import { senderBy } from '../../ingest/sender'
import { formOf } from '../../standards/forms'
import type { AppContext, AppDeps } from '../context'

const EVENT = 'event'

interface Tried {
  event: unknown
  /** As if this source had sent it. */
  source?: string | undefined
}

/**
 * Reads an event that somebody tries a webhook with, as it would be sent to any door of events, or as
 * a record that was read from us (`view=record`). Nothing is stored.
 * @throws {AppError} `invalid_request`, `invalid_event` with every reason
 */
export async function readTried(
  { services, options }: Pick<AppDeps, 'services' | 'options'>,
  c: AppContext,
  principal: Principal,
  { event, source }: Tried,
): Promise<EventRecord> {
  if (isRecord(event)) return recordIn(event, principal.tenantId, source)
  const form = formOf(event)
  if (form === undefined) {
    throw refused(
      'It is an event of no standard: Caliper has a type, xAPI a verb, native ones an event_type',
    )
  }
  if (form.isDocument(event)) throw refused('Must be one event, without its envelope')
  const { config, clock } = options
  const readOne = readOneWith({ ...services, config, clock })
  const { server } = senderBy(principal, { requestId: c.var.requestId })
  const { record, errors } = await readOne({
    text: JSON.stringify(event),
    standard: form.name,
    context: form.contextOf?.(event) ?? {},
    ...{ tenantId: principal.tenantId, sourceId: source ?? principal.sourceId, server },
  })
  if (record !== undefined) return record
  throw invalid(errors)
}

/** A record has its item as text, as no event of a standard does. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  return ['raw', 'kind', 'eventId', 'standard'].every((name) => Object.hasOwn(value, name))
}

/** Each field of a record has its type; `server` and `repair` are looked into by their own columns. */
const types = new Map(columns.map(({ from, type }) => [from.join('.'), type]))

function recordIn(
  value: Record<string, unknown>,
  tenantId: string,
  source: string | undefined,
): EventRecord {
  const errors = [...types].flatMap(([path, type]) => {
    const [name, member] = path.split('.') as [string, string?]
    const at = member === undefined ? [name] : [name, member]
    const found = at.reduce<unknown>((from, step) => (from as never)?.[step], value)
    if (found === undefined || fits(found, type)) return []
    return [{ path: at, message: `Must be ${wordsOf[type]}`, code: 'invalid_value' }]
  })
  if (errors.length > 0) throw invalid(errors)
  const record = { server: {}, ...value, tenantId } as unknown as EventRecord
  return source === undefined ? record : { ...record, sourceId: source }
}

const wordsOf = {
  string: 'text',
  strings: 'a list of texts',
  double: 'a number',
  bigint: 'a number',
  boolean: 'true or false',
  timestamp: 'a time',
}

function fits(value: unknown, type: keyof typeof wordsOf): boolean {
  if (type === 'strings') {
    return Array.isArray(value) && value.every((one) => typeof one === 'string')
  }
  if (type === 'boolean') return typeof value === 'boolean'
  return typeof value === (type === 'double' || type === 'bigint' ? 'number' : 'string')
}

function refused(message: string): AppError {
  const errors = [{ path: [EVENT], message, code: 'invalid_value' }]
  return new AppError('invalid_request', `${EVENT}: ${message}`, { errors })
}

function invalid(reasons: readonly Issue[]): AppError {
  const errors = reasons.map((one) => ({ ...one, path: [EVENT, ...one.path] }))
  const [first] = errors
  const said = first === undefined ? '' : ` ${first.path.join('.')}: ${first.message}.`
  return new AppError('invalid_event', `The event could not be stored.${said}`, { errors })
}
