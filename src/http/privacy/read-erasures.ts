import type { Erasure } from '../../privacy/erasures/erasure'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import {
  ErasureParams,
  ErasureView,
  erasureExample,
  erasureViewOf,
  noSuchErasure,
} from './erasure-schemas'

const ErasureList = z.object({ erasures: z.array(ErasureView) }).openapi('ErasureList')

const list = createRoute({
  method: 'get',
  path: '/privacy/erasures',
  operationId: 'listErasures',
  tags: ['Privacy'],
  summary: 'List erasures, the latest first',
  description:
    'Scope `admin`. All of the tenant, without their certificates. They are kept as proof, and name nobody.',
  ...keyed,
  responses: {
    200: jsonReply(ErasureList, {
      description: 'All erasures',
      example: { erasures: [erasureExample] },
    }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listErasures(app: App, deps: AppDeps) {
  const { erasures } = deps.services
  operation(app, list, { admit: keyWith('admin') }, async (c, { principal, reply }) => {
    const all = await erasures.list(principal.tenantId)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { erasures: all.map((one) => erasureViewOf(withoutFiles(one))) })
  })
}

/** Leaves out the files, which may be thousands. */
function withoutFiles(erasure: Erasure): Erasure {
  return { ...erasure, places: erasure.places.map(({ files: _, ...place }) => place) }
}

const get = createRoute({
  method: 'get',
  path: '/privacy/erasures/{id}',
  operationId: 'getErasure',
  tags: ['Privacy'],
  summary: 'See how far an erasure is, and its certificate',
  description: 'Scope `admin`.',
  ...keyed,
  request: { params: ErasureParams },
  responses: {
    200: jsonReply(ErasureView, { description: 'The erasure', example: erasureExample }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getErasure(app: App, deps: AppDeps) {
  const { erasures } = deps.services
  operation(app, get, { admit: keyWith('admin') }, async (c, { principal, params, reply }) => {
    const whose = { tenantId: principal.tenantId, erasureId: params.id }
    const erasure = await erasures.get(whose)
    if (erasure === undefined) throw noSuchErasure()
    const certificate = erasure.status === 'done' ? await erasures.certificate(whose) : undefined
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, erasureViewOf(erasure, certificate))
  })
}

const CertificateKey = z
  .object({
    crv: z.string(),
    kty: z.string(),
    x: z.string(),
    alg: z.string(),
    use: z.string(),
    kid: z.string(),
  })
  .openapi('CertificateKey', { description: 'A JSON Web Key (RFC 8037)' })

const key = createRoute({
  method: 'get',
  path: '/privacy/certificates/key',
  operationId: 'getCertificateKey',
  tags: ['Privacy'],
  summary: 'Read the public key by which certificates are signed',
  description: 'Scope `admin`. Keep it with the certificates: it verifies them without us.',
  ...keyed,
  responses: {
    200: jsonReply(CertificateKey, {
      description: 'The key of your tenant',
      example: {
        ...{ crv: 'Ed25519', kty: 'OKP', alg: 'EdDSA', use: 'sig' },
        x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
        kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
      },
    }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function getCertificateKey(app: App, deps: AppDeps) {
  const { erasures } = deps.services
  operation(app, key, { admit: keyWith('admin') }, async (c, { principal, reply }) => {
    const jwk = await erasures.publicKey(principal.tenantId)
    return reply.json(c, 200, { ...jwk })
  })
}
