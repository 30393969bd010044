import { AppError } from '../../error/app-error'
import { jwkOf } from '../../webhooks/message/key-pair'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { findWebhook, WebhookParams } from './find-webhook'

const PublicJwk = z
  .object({
    kty: z.enum(['OKP']),
    crv: z.enum(['Ed25519']),
    x: z.string().openapi({ description: 'The 32 bytes of the key, base64url' }),
    alg: z.enum(['EdDSA']),
    use: z.enum(['sig']),
    kid: z.string().openapi({ description: 'Its thumbprint (RFC 7638)' }),
  })
  .openapi('WebhookPublicKey', { description: 'A JSON Web Key (RFC 8037)' })

const route = createRoute({
  method: 'get',
  path: '/webhooks/{id}/public-key',
  operationId: 'getWebhookPublicKey',
  tags: ['Webhooks'],
  summary: 'Read the public key of a webhook',
  description:
    'Scope `webhooks:read`. Its signatures `v1a` are verified with it. 404 for a webhook that does not sign with `v1a`.',
  ...keyed,
  request: { params: WebhookParams },
  responses: {
    200: jsonReply(PublicJwk, {
      description: 'The key',
      example: {
        kty: 'OKP',
        crv: 'Ed25519',
        x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
        alg: 'EdDSA',
        use: 'sig',
        kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
      },
    }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getPublicKey(app: App, deps: AppDeps) {
  const admit = keyWith('webhooks:read')
  operation(app, route, { admit }, async (c, { principal: { tenantId }, params, reply }) => {
    const { publicKey, signatures } = await findWebhook(deps, tenantId, params.id)
    if (publicKey === undefined || !signatures?.includes('v1a')) {
      const detail = 'This webhook has no public key: its "signatures" do not name "v1a".'
      throw new AppError('not_found', detail)
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, jwkOf(publicKey))
  })
}
