/**
 * The closed list has every way a request can fail: each code has an HTTP status and the sentence
 * that becomes the problem document's `title` (RFC 9457). Adding a code here adds it to the OpenAPI
 * document.
 */
export const errorCodes = {
  invalid_request: { status: 400, title: 'The request does not fit what this route takes' },
  invalid_json: { status: 400, title: 'The body is not JSON' },
  invalid_encoding: { status: 400, title: 'The body could not be decompressed or decoded' },
  invalid_envelope: { status: 400, title: 'The body is not a Caliper envelope' },
  not_conformant: { status: 400, title: 'Nothing in the body conforms to its standard' },
  invalid_cursor: { status: 400, title: 'The cursor was not issued for this query' },
  invalid_target: { status: 400, title: 'This address may not be called' },
  unauthenticated: { status: 401, title: 'A valid key is required' },
  insufficient_scope: { status: 401, title: 'This key may not send Caliper data' },
  invalid_signature: { status: 401, title: 'The body is not signed with a key of its source' },
  forbidden: { status: 403, title: 'This key may not do that' },
  blocked: { status: 403, title: 'This sender is blocked, and nothing of it is kept' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  timeout: { status: 408, title: 'The body did not arrive in time' },
  already_exists: { status: 409, title: 'There is one with this id already' },
  conflict: { status: 409, title: 'A statement is held with this id and other content' },
  breaking_change: {
    status: 409,
    title: 'What was good would be refused; that needs a higher version',
  },
  stale_policy: { status: 409, title: 'The policy was changed since you read it' },
  limit_reached: { status: 409, title: 'You have as many of these as you may' },
  wrong_state: { status: 409, title: 'That cannot be done in the state that it is in' },
  gone: { status: 410, title: 'What was asked for is held no more' },
  precondition_failed: { status: 412, title: 'What is there is not what you expected' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'This media type is not taken here' },
  too_many_events: { status: 422, title: 'The request brings more events than this route takes' },
  invalid_event: { status: 422, title: 'The event cannot be stored as it is' },
  invalid_parameter: { status: 422, title: 'A parameter is outside of what it may be' },
  unsupported_version: { status: 422, title: 'This version of the standard is not supported' },
  upgrade_required: { status: 426, title: 'This address takes WebSockets' },
  rate_limited: { status: 429, title: 'Too many requests; please go on later' },
  held_back: { status: 429, title: 'This sender is blocked for now; please go on later' },
  internal: { status: 500, title: 'Something broke on our side' },
  unavailable: { status: 503, title: 'Nothing was stored; please send again' },
  quarantine_full: {
    status: 503,
    title:
      'What cannot be kept as an event has no room left in quarantine; please send again later',
  },
  busy: { status: 503, title: 'Too much is asked for at once; please try again later' },
  not_ready: { status: 503, title: 'Not in a state to take events' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof errorCodes
