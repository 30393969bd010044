/**
 * Everything that a key or a token can be allowed. None of them includes another, but under `/xapi`:
 * `xapi-rights.ts` says which of them allow what there.
 */
export const scopes = [
  'events:write',
  'events:read',
  'webhooks:read',
  'webhooks:write',
  'quarantine:read',
  'quarantine:write',
  'admin',
  // It makes tenants, and administers all of them; `admin` ends with its own.
  'installation',
  'metrics:read',
  // It says what people granted and denied, and who is under 13: for a consent manager.
  'consents:write',
  // The scopes of xAPI, by its own names (1.0.3, Communication, 4.2).
  'statements/write',
  'statements/read/mine',
  'statements/read',
  'state',
  'profile',
  'define',
  'all/read',
  'all',
] as const
export type Scope = (typeof scopes)[number]

/** Writes a scope for an issuer that takes no slash in its name, as Cognito: a colon stands for it. */
export function withoutSlash(scope: Scope): string {
  return scope.replaceAll('/', ':')
}
