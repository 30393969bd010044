import { AppError } from '../../error/app-error'
import type { EventRecord } from '../../event/record'
import { MAX_WHOLE } from '../event-store'

/** @throws {AppError} `too_large` when so many records cannot be stored as one */
export function within(records: readonly EventRecord[]): readonly EventRecord[] {
  if (records.length <= MAX_WHOLE) return records
  const message = `A request that is stored as a whole may bring at most ${MAX_WHOLE} items`
  const errors = [{ path: [], message, code: 'too_large' }]
  throw new AppError('too_large', `${message}; this one has ${records.length}.`, { errors })
}
