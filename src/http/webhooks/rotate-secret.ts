import { rotated } from '../../webhooks/message/rotate'
import { newWebhookSecret } from '../../webhooks/message/secret'
import { changedAt } from '../../webhooks/state/disable'
import { owedFrom } from '../../webhooks/state/owed'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { replaceStored } from '../replace-stored'
import { createRoute } from '../route'
import { z } from '../zod'
import { BroughtSecret } from './brought-secret'
import { findWebhook, WebhookParams } from './find-webhook'

const HOUR_MS = 60 * 60 * 1000
const USUAL_HOURS = 24
// A week is enough to change a receiver by hand; a secret that leaked is good for as long.
const MOST_HOURS = 168

const Rotation = z
  .strictObject({
    overlapHours: z.number().min(0).max(MOST_HOURS).default(USUAL_HOURS).openapi({
      description: 'So long messages are signed with the secret before as well',
    }),
    secret: BroughtSecret.optional(),
  })
  .openapi('WebhookRotation')

const RotatedSecret = z
  .object({
    secret: z.string().openapi({ description: 'Shown once' }),
    publicKey: z
      .string()
      .optional()
      .openapi({ description: 'Of `v1a`, which has another key pair, too' }),
    overlapUntil: z.iso.datetime().openapi({
      description: 'Until then messages are signed with the secret before as well',
    }),
  })
  .openapi('RotatedSecret')

const route = createRoute({
  method: 'post',
  path: '/webhooks/{id}/secret/rotate',
  operationId: 'rotateWebhookSecret',
  tags: ['Webhooks'],
  summary: 'Give a webhook another secret',
  description:
    'Scope `webhooks:write`. For a while messages have signatures by both, with a blank between, so that the receiver can be changed meanwhile; with `"overlapHours": 0` the secret before is of no use at once. At most two former secrets are remembered.',
  ...keyed,
  request: {
    params: WebhookParams,
    body: jsonBody(Rotation, {
      description: '`{}` will do',
      example: { overlapHours: 48 },
    }),
  },
  responses: {
    200: jsonReply(RotatedSecret, {
      description: 'The new secret: keep it, it is not shown again',
      example: {
        secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazqE3NAwaXk=',
        overlapUntil: '2026-11-17T10:15:00.000Z',
      },
    }),
    ...jsonBodyProblems('not_found'),
  },
})

export function rotateSecret(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const admit = keyWith('webhooks:write')
  const checks = { admit, limits: options.config, hidden: ['secret'] }
  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const { tenantId } = principal
    const { overlapHours, secret = newWebhookSecret() } = body
    const now = options.clock.now()
    const overlapUntil = new Date(now.getTime() + overlapHours * HOUR_MS).toISOString()
    const webhook = await replaceStored({
      find: () => findWebhook(deps, tenantId, params.id),
      check: async () => {},
      async replace(stored) {
        const updatedAt = changedAt(stored, now)
        const owed = owedFrom(platform.mark(), stored)
        const next = { ...rotated(stored, { secret, until: overlapUntil, now }), owed, updatedAt }
        return (await platform.registry.webhooks.replace(stored, next)) ? next : undefined
      },
    })
    const done = { target: params.id, details: { overlapUntil } }
    await audited(deps, principal, { action: 'webhook.secret_rotated', ...done })
    const { publicKey, signatures } = webhook
    const shownKey = signatures?.includes('v1a') && publicKey ? { publicKey } : {}
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { secret, ...shownKey, overlapUntil })
  })
}
