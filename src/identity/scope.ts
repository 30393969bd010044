/** Everything that a key or a token can be allowed. None of them includes another. */
export const scopes = [
  'events:write',
  'events:read',
  'webhooks:read',
  'webhooks:write',
  'quarantine:read',
  'quarantine:write',
  'admin',
] as const
export type Scope = (typeof scopes)[number]
