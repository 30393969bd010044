import type { Tenant } from '../../platform/registry/tenants'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { administrator } from '../keys/administer'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { findTenant, TenantParams } from './find-tenant'
import { TenantChanges, TenantView, viewExample, viewOf } from './schemas'

const route = createRoute({
  method: 'patch',
  path: '/tenants/{id}',
  operationId: 'changeTenant',
  tags: ['Tenants'],
  summary: 'Change settings of your tenant',
  description:
    'Scope `admin`, of a key of that tenant, or `installation`. What is left out stays as it is. Takes effect within five seconds, for what is sent from then on.',
  ...keyed,
  request: {
    params: TenantParams,
    body: jsonBody(TenantChanges, {
      description: 'The settings that change',
      example: { xapi: 'lrs' },
    }),
  },
  responses: {
    200: jsonReply(TenantView, { description: 'The tenant as it is now', example: viewExample }),
    ...jsonBodyProblems('not_found'),
  },
})

export function changeTenant(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const checks = { admit: administrator, limits: options.config }
  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const was = await findTenant(deps, principal, params.id)
    // Nobody else writes a tenant: of two administrators at once, the later one stands.
    const settings = Object.entries({ ...was, ...body }).filter(([, value]) => value !== null)
    const tenant = Object.fromEntries(settings) as unknown as Tenant
    await platform.registry.tenants.put(tenant)
    const done = { action: 'tenant.changed', target: tenant.tenantId, details: { ...body } }
    await audited(deps, principal, done, tenant.tenantId)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(tenant, deps))
  })
}
