import { readOverlap } from '../../access/keys/lifetime'
import { rotateKey } from '../../access/keys/rotate'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { linkTo } from '../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import {
  administrator,
  KeyParams,
  keyNamed,
  requireGivable,
  TenantQuery,
  tenantAsked,
} from './administer'
import { keyRotation, RotatedKey, secretExample, viewExample, viewOf } from './schemas'

const routeWith = (body: ReturnType<typeof keyRotation>) =>
  createRoute({
    method: 'post',
    path: '/keys/{id}/rotate',
    operationId: 'rotateKey',
    tags: ['Keys'],
    summary: 'Make a key in the place of another',
    description:
      'Scope `admin`, or `installation` for any tenant, and every scope of the key; of one with a role, what giving that role takes. The new key may do the same; the old one ends after the overlap.',
    ...keyed,
    request: {
      params: KeyParams,
      query: TenantQuery,
      body: jsonBody(body, { description: 'How long both work', example: { overlap: '24h' } }),
    },
    responses: {
      201: jsonReply(
        RotatedKey,
        {
          description: 'The new key',
          example: { ...viewExample, key: secretExample, oldEndsAt: '2026-11-16T10:15:00.000Z' },
        },
        { Location: z.string().openapi({ description: 'Its address' }) },
      ),
      ...jsonBodyProblems('not_found'),
    },
  })

export function rotate(app: App, deps: AppDeps) {
  const { clock, config: limits } = deps.options
  const route = routeWith(keyRotation(clock))
  const checks = { admit: administrator, limits }
  operation(app, route, checks, async (c, { principal, params, query, body, reply }) => {
    const tenantId = await tenantAsked(deps, principal, query)
    const old = await keyNamed(deps, tenantId, params.id)
    // Whoever rotates a key has it in hand.
    requireGivable(old, principal)
    const { overlap, expires: expiresAt } = body
    const rotation = { at: clock.now(), overlapMs: readOverlap(overlap)!, expiresAt }
    const { key, record, oldEndsAt } = await rotateKey(deps.platform.registry, old, rotation)
    const details = { by: record.keyId, oldEndsAt }
    await audited(deps, principal, { action: 'key.rotated', target: old.keyId, details }, tenantId)
    c.header('Location', linkTo(c, `/keys/${record.keyId}`))
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 201, { ...viewOf(record), key, oldEndsAt })
  })
}
