import type { QueryExecutionStatus } from '@aws-sdk/client-athena'
import { StorageError } from '../../../error/storage-error'
import { NARROW } from '../../shared/lake-answers'

// Athena says this when a query passes the workgroup's limit ("Control costs with per-query
// limits").
const SCAN_LIMIT = /bytes scanned limit/i

/**
 * `AthenaError.ErrorCategory` has these values (API reference): 1 is Athena's own fault, 2 the
 * query's, 3 neither's.
 */
const SYSTEM = 1

/**
 * Finds the sentence that tells why a query failed or was stopped.
 * @throws {StorageError} when the fault is Athena's own
 */
export function failureOf({ State, StateChangeReason, AthenaError }: QueryExecutionStatus): string {
  const reason = AthenaError?.ErrorMessage ?? StateChangeReason ?? 'Athena gave no reason'
  if (SCAN_LIMIT.test(reason)) {
    return `The query would read more than the workgroup allows. ${NARROW}`
  }
  const isRetriable = AthenaError?.Retryable === true
  if (isRetriable || AthenaError?.ErrorCategory === SYSTEM) {
    throw new StorageError(`running a query: ${reason}`, { isRetriable })
  }
  return State === 'CANCELLED' ? `The query was stopped: ${reason}` : reason
}
