import { FIRST_SOURCE, makeTenant, TENANT_ID, tenantIdExpected } from '../../access/keys/new-tenant'
import { SOURCE_ID } from '../../access/keys/sources'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { viewOf as viewOfKey } from '../keys/schemas'
import { linkTo } from '../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { MadeTenant, madeExample, viewOf } from './schemas'

const NewTenant = z
  .strictObject({
    name: z
      .string()
      .refine((value) => value.trim() !== '' && [...value].length <= 200, {
        error: 'Must have 1 to 200 characters',
      })
      .openapi({ minLength: 1, maxLength: 200, description: 'For people' }),
    id: z
      .string()
      .regex(TENANT_ID, `Must be ${tenantIdExpected}`)
      .optional()
      .openapi({ description: 'Made from the name when left out; cannot be changed' }),
    sourceId: z
      .string()
      .regex(SOURCE_ID, 'Must be 1 to 64 letters, digits and . _ -, a letter or digit first')
      .default(FIRST_SOURCE)
      .openapi({ description: 'The id of its first source' }),
  })
  .openapi('NewTenant')

const route = createRoute({
  method: 'post',
  path: '/tenants',
  operationId: 'createTenant',
  tags: ['Tenants'],
  summary: 'Make a tenant, with a source and an admin key of its own',
  description:
    'Scope `installation`. The key administers what is the tenant’s, and nothing else; it is shown this once.',
  ...keyed,
  request: {
    body: jsonBody(NewTenant, {
      description: 'The tenant',
      example: { name: 'University of Ulm' },
    }),
  },
  responses: {
    201: jsonReply(
      MadeTenant,
      { description: 'The tenant and its key', example: madeExample },
      { Location: z.string().openapi({ description: 'Its address' }) },
    ),
    ...jsonBodyProblems('already_exists'),
  },
})

export function createTenant(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const checks = { admit: keyWith('installation'), limits: options.config }
  operation(app, route, checks, async (c, { principal, body, reply }) => {
    const { id: tenantId, ...asked } = body
    const made = await makeTenant(platform.registry, { ...asked, tenantId }, options.clock.now())
    c.header('Location', linkTo(c, `/tenants/${made.tenant.tenantId}`))
    c.header('Cache-Control', 'no-store')
    const { tenant, record, key } = made
    const done = { target: tenant.tenantId, details: { adminKey: record.keyId } }
    await audited(deps, principal, { action: 'tenant.created', ...done }, tenant.tenantId)
    return reply.json(c, 201, {
      ...viewOf(tenant, { platform, options }),
      adminKey: { ...viewOfKey(record), key },
    })
  })
}
