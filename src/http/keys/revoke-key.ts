import { AppError } from '../../error/app-error'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { administrator, KeyParams, keyNamed, TenantQuery, tenantAsked } from './administer'

const route = createRoute({
  method: 'delete',
  path: '/keys/{id}',
  operationId: 'revokeKey',
  tags: ['Keys'],
  summary: 'End a key',
  description:
    'Scope `admin`, or `installation` for any tenant. Takes effect within five seconds. The key stays in the list, as revoked.',
  ...keyed,
  request: { params: KeyParams, query: TenantQuery },
  responses: {
    204: { description: 'It has ended', headers: z.object(requestIdHeader) },
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function revokeKey(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const checks = { admit: administrator }
  operation(app, route, checks, async (c, { principal, params, query, reply }) => {
    const tenantId = await tenantAsked(deps, principal, query)
    const { keyId } = await keyNamed(deps, tenantId, params.id)
    const at = options.clock.now().toISOString()
    if (!(await platform.registry.keys.revoke(tenantId, keyId, at))) {
      throw new AppError('not_found', `There is no key ${keyId} in use.`)
    }
    await audited(deps, principal, { action: 'key.revoked', target: keyId }, tenantId)
    return reply.empty(c, 204)
  })
}
