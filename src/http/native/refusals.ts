/** Native events are refused with these codes, whichever address they are sent to. */
export const refusals = [
  'invalid_json',
  'invalid_encoding',
  'invalid_request',
  'not_conformant',
  'unauthenticated',
  'forbidden',
  'blocked',
  'timeout',
  'too_large',
  'unsupported_media_type',
  'held_back',
  'invalid_event',
  'unavailable',
  'busy',
  'quarantine_full',
] as const
