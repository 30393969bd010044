/**
 * Routes that read and are no question of a role (`src/access/roles/questions.ts`): with that table, these
 * are all. Whoever has a role alone is refused by the first and the second, and sees nothing of anybody in
 * the third; `tests/http/roles.test.ts` shows it, and docs/roles.md lists them.
 */
export const scopedReads: Readonly<Record<string, string>> = {
  'GET /analytics/arrivals': 'events:read',
  'GET /api/v1/events': 'events:read',
  'GET /api/v1/events/{id}': 'events:read',
  'GET /api/v1/events/stream': 'events:read',
  'GET /api/v1/stats': 'events:read',
  'GET /audit': 'admin',
  'GET /audit/verify': 'admin',
  'GET /budgets': 'admin',
  'GET /keys': 'admin',
  'GET /keys/{id}': 'admin',
  'GET /metrics': 'metrics:read',
  'GET /policies': 'admin',
  'GET /policies/counts': 'admin',
  'GET /policies/history': 'admin',
  'GET /policies/versions/{version}': 'admin',
  'GET /privacy/access-requests': 'admin',
  'GET /privacy/access-requests/{id}': 'admin',
  'GET /privacy/certificates/key': 'admin',
  'GET /privacy/consents': 'consents:write',
  'GET /privacy/consents/{actor}': 'consents:write',
  'GET /privacy/erasures': 'admin',
  'GET /privacy/erasures/{id}': 'admin',
  'GET /privacy/under13': 'consents:write',
  'GET /quarantine': 'quarantine:read',
  'GET /quarantine/{id}': 'quarantine:read',
  'GET /quarantine/replays/{id}': 'quarantine:write',
  'GET /sources': 'admin',
  'GET /sources/{id}': 'admin',
  'GET /sources/{id}/conformance': 'admin',
  'GET /status': 'events:read',
  'GET /tenants': 'installation',
  'GET /tenants/{id}': 'admin',
  'GET /tenants/{id}/issuers': 'admin',
  'GET /webhooks': 'webhooks:read',
  'GET /webhooks/{id}': 'webhooks:read',
  'GET /webhooks/{id}/deliveries': 'webhooks:read',
  'GET /webhooks/{id}/deliveries/{deliveryId}': 'webhooks:read',
  'GET /webhooks/{id}/public-key': 'webhooks:read',
  'GET /webhooks/{id}/replays': 'webhooks:read',
  'GET /webhooks/{id}/replays/{replayId}': 'webhooks:read',
  'GET /webhooks/{id}/stats': 'webhooks:read',
  'GET /ws/publish': 'events:write',
  'GET /ws/subscribe': 'events:read',
  'GET /wsapi/in': 'events:write',
  'GET /xapi/activities': 'statements/read',
  'GET /xapi/activities/profile': 'profile',
  'GET /xapi/activities/state': 'state',
  'GET /xapi/agents': 'statements/read',
  'GET /xapi/agents/profile': 'profile',
  'GET /xapi/statements': 'statements/read',
}

/** A person's own token alone opens these, whatever their role, and no key does. */
export const ownReads: readonly string[] = ['GET /privacy/me', 'GET /privacy/me/access-request']

/** Nothing about anybody is in these: some need no key. */
export const impersonalReads: readonly string[] = [
  'GET /',
  'GET /api/v1/event-types',
  'GET /api/v1/event-types/{name}',
  'GET /api/v1/filters/schema',
  // Hashes, and how many events there are.
  'GET /audit/consistency',
  'GET /audit/roots',
  'GET /caliper/v1p2/events',
  'GET /client.js',
  'GET /docs',
  'GET /health',
  'GET /openapi.json',
  'GET /policies/schema',
  'GET /readiness',
  'GET /ready',
  'GET /xapi/about',
  // The addresses have a secret that nobody guesses.
  'GET /analytics/export-files/{token}',
  'GET /privacy/access-files/{token}',
]

/** What a person does by their token, whatever their role: about themself alone. */
export const ofPeople: readonly string[] = [
  ...ownReads,
  'POST /privacy/me/access-request',
  'PUT /privacy/me/consents',
  'POST /api/v1/events',
  'POST /v1/telemetry/events',
  // It opens a stream that a person sends.
  'GET /wsapi/in',
]

/** These change nothing either, or take what shows itself by a secret in the address or the body. */
export const impersonalPosts: readonly string[] = [
  'POST /caliper/in/{key}',
  'POST /api/v1/in/{key}',
  'POST /caliper/v1p2/events/validate',
  'POST /api/v1/events/validate',
  'POST /xapi/statements/validate',
  'POST /xapi/cmi5/fetch/{token}',
]
