import type { ErrorCode } from '../../error/codes'

/** The ways in which statements can be refused. */
export const writeRefusals = [
  'invalid_request',
  'invalid_json',
  'invalid_encoding',
  'not_conformant',
  'unauthenticated',
  'forbidden',
  'blocked',
  'not_found',
  'timeout',
  'conflict',
  'too_large',
  'unsupported_media_type',
  'held_back',
  'unavailable',
  'quarantine_full',
  'busy',
] as const satisfies readonly ErrorCode[]

/** The ways in which a question can be refused. */
export const readRefusals = [
  'invalid_request',
  'invalid_cursor',
  'unauthenticated',
  'forbidden',
  'not_found',
  'unavailable',
  'busy',
] as const satisfies readonly ErrorCode[]
