/** How a request that brings Caliper can be refused, whichever route it takes. */
export const refusals = [
  'invalid_json',
  'invalid_encoding',
  'invalid_envelope',
  'not_conformant',
  'invalid_request',
  'unauthenticated',
  'insufficient_scope',
  'blocked',
  'timeout',
  'too_large',
  'unsupported_media_type',
  'held_back',
  'unsupported_version',
  'unavailable',
  'busy',
  'quarantine_full',
] as const
