import { AppError } from '../error/app-error'
import type { EventRecord } from '../event/record'
import { standardNamed } from '../standards'
import { isUuidUrn } from '../syntax/uuid'
import { toCaliper, toXapi } from './convert'
import type { Json } from './json'
import type { Match } from './match'
import type { ConversionTarget } from './targets'

/** An event as JSON text of a standard, and how well that says what was sent. */
export interface Rendered {
  json: string
  match: Match
}

/**
 * Writes an event in the words of a standard. In its own it is given as that standard gives it out.
 * @throws {AppError} `invalid_request` for what the standard has no form for: a description of an
 * entity, a native event
 */
export async function recordAs(record: EventRecord, target: ConversionTarget): Promise<Rendered> {
  if (record.standard === target) {
    const { statementOf } = (await standardNamed(target)?.load()) ?? {}
    return { json: statementOf?.(record).json ?? record.raw, match: 'exact' }
  }
  if (record.kind === 'entity') throw noForm('what was described is no event')
  if (record.standard === 'native') throw noForm('a native event has no terms of a standard')
  const { eventId, eventTime } = record
  const fallback = { id: isUuidUrn(eventId) ? eventId : `urn:uuid:${eventId}`, at: eventTime }
  const convert = target === 'xapi' ? toXapi : toCaliper
  const { document, match } = convert(JSON.parse(record.raw) as Json, fallback)
  return { json: JSON.stringify(document), match }
}

function noForm(reason: string): AppError {
  const message = `Cannot be converted: ${reason}`
  const errors = [{ path: ['as'], message, code: 'not_convertible' }]
  return new AppError('invalid_request', `as: ${message}`, { errors })
}
