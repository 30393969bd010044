import { AppError } from '../../error/app-error'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { PolicyVersions, PolicyView, viewExample, viewOf } from './schemas'

const PAGE = 100

// It is counted up by one: nobody puts more of them.
const version = z
  .string()
  .regex(/^(0|[1-9]\d{0,8})$/, 'Must be a whole number')
  .transform(Number)
  .openapi({ type: 'integer', minimum: 0, maximum: 999_999_999 })
const limit = z
  .string()
  .regex(/^(100|[1-9]\d?)$/, `Must be a whole number from 1 to ${PAGE}`)
  .default(String(PAGE))
  .transform(Number)
  .openapi({ type: 'integer', minimum: 1, maximum: PAGE, default: PAGE })

const listRoute = createRoute({
  method: 'get',
  path: '/policies/history',
  operationId: 'listPolicyVersions',
  tags: ['Policies'],
  summary: 'List the versions of the policy, the latest first',
  description:
    'Scope `admin`. With who put each and when; `before` of an answer asks for those before.',
  ...keyed,
  request: {
    query: z.object({
      before: version.optional().openapi({ description: 'Only versions before this one' }),
      limit,
    }),
  },
  responses: {
    200: jsonReply(PolicyVersions, {
      description: 'Versions',
      example: {
        versions: [{ version: 2, changedAt: viewExample.changedAt, changedBy: 'key_01', rules: 2 }],
        before: 2,
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listVersions(app: App, { services }: AppDeps) {
  operation(app, listRoute, { admit: keyWith('admin') }, async (c, { principal, query, reply }) => {
    const versions = await services.policies.history(principal.tenantId, query)
    const last = versions.at(-1)?.version ?? 1
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { versions, ...(last > 1 && { before: last }) })
  })
}

const getRoute = createRoute({
  method: 'get',
  path: '/policies/versions/{version}',
  operationId: 'getPolicyVersion',
  tags: ['Policies'],
  summary: 'Read a version of the policy',
  description: 'Scope `admin`. Version 0 is that of no rules.',
  ...keyed,
  request: { params: z.object({ version: version.openapi({ example: 1 }) }) },
  responses: {
    200: jsonReply(PolicyView, { description: 'The version', example: viewExample }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getVersion(app: App, { services }: AppDeps) {
  operation(app, getRoute, { admit: keyWith('admin') }, async (c, { principal, params, reply }) => {
    const put = await services.policies.version(principal.tenantId, params.version)
    if (put === undefined && params.version > 0) {
      throw new AppError('not_found', `There is no version ${params.version} of your policy.`)
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(put))
  })
}

const Rollback = z
  .strictObject({
    version: z.int().min(0).openapi({ description: 'Back to this one; 0 is no rules' }),
    basedOn: z.int().min(0).optional().openapi({
      description: 'Refused (409) when another version than this is in force',
    }),
  })
  .openapi('PolicyRollback')

const rollbackRoute = createRoute({
  method: 'post',
  path: '/policies/rollback',
  operationId: 'rollBackPolicy',
  tags: ['Policies'],
  summary: 'Go back to a version of the policy',
  description:
    'Scope `admin`. What that version had becomes the next version: nothing of the history is lost. In force within five seconds.',
  ...keyed,
  request: { body: jsonBody(Rollback, { description: 'Which', example: { version: 0 } }) },
  responses: {
    200: jsonReply(PolicyView, {
      description: 'The policy in force now',
      example: { ...viewExample, version: 2, rolledBackTo: 0, rules: [] },
    }),
    ...jsonBodyProblems('not_found', 'stale_policy'),
  },
})

export function rollBack(app: App, deps: AppDeps) {
  const { services, options } = deps
  const checks = { admit: keyWith('admin'), limits: options.config }
  operation(app, rollbackRoute, checks, async (c, { principal, body, reply }) => {
    const { tenantId, keyId } = principal
    const by = { changedBy: keyId, basedOn: body.basedOn }
    const put = await services.policies.rollback(tenantId, body.version, by)
    const { requestId } = c.var
    const { version, rolledBackTo } = put
    const details = { version, rolledBackTo, rules: put.policy.rules.length }
    await audited(deps, principal, { action: 'policy.changed', target: String(version), details })
    options.log.info('a policy was put', { requestId, tenantId, keyId, version, rolledBackTo })
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(put))
  })
}
