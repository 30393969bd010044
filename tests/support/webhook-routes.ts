import { settings } from './webhooks-api'

type Scope = 'webhooks:read' | 'webhooks:write'

/**
 * Every call on webhooks, with the scope that it asks for and a body that it takes. Tests of roles and
 * tenants read it, and that no route is missing.
 */
export const webhookRoutes: [method: string, path: string, scope: Scope, body?: unknown][] = [
  ['POST', '/webhooks', 'webhooks:write', settings],
  ['GET', '/webhooks', 'webhooks:read'],
  ['GET', '/webhooks/{id}', 'webhooks:read'],
  ['PUT', '/webhooks/{id}', 'webhooks:write', settings],
  ['PATCH', '/webhooks/{id}', 'webhooks:write', { name: 'mine now' }],
  ['DELETE', '/webhooks/{id}', 'webhooks:write'],
  ['POST', '/webhooks/{id}/secret/rotate', 'webhooks:write', {}],
  ['GET', '/webhooks/{id}/public-key', 'webhooks:read'],
  ['POST', '/webhooks/{id}/match', 'webhooks:write', { last: 1 }],
  ['POST', '/webhooks/match', 'webhooks:write', { settings, last: 1 }],
  ['GET', '/webhooks/{id}/deliveries', 'webhooks:read'],
  ['GET', '/webhooks/{id}/deliveries/{deliveryId}', 'webhooks:read'],
  ['POST', '/webhooks/{id}/deliveries/{deliveryId}/retry', 'webhooks:write'],
  ['POST', '/webhooks/{id}/retry', 'webhooks:write', { status: 'failed' }],
  ['POST', '/webhooks/{id}/test', 'webhooks:write', {}],
  ['GET', '/webhooks/{id}/stats', 'webhooks:read'],
]
