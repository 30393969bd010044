import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { linkTo } from '../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import {
  ErasureParams,
  ErasureSubject,
  ErasureView,
  erasureExample,
  erasureViewOf,
  noSuchErasure,
  subjectExample,
  subjectOf,
} from './erasure-schemas'

const cancel = createRoute({
  method: 'post',
  path: '/privacy/erasures/{id}/cancel',
  operationId: 'cancelErasure',
  tags: ['Privacy'],
  summary: 'Cancel an erasure that waits',
  description: 'Scope `admin`. Once it runs it goes on to its end.',
  ...keyed,
  request: { params: ErasureParams },
  responses: {
    200: jsonReply(ErasureView, {
      description: 'It is cancelled',
      example: { ...erasureExample, status: 'cancelled' as const },
    }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'wrong_state', 'unavailable'),
  },
})

export function cancelErasure(app: App, deps: AppDeps) {
  const { erasures } = deps.services
  operation(app, cancel, { admit: keyWith('admin') }, async (c, { principal, params, reply }) => {
    const whose = { tenantId: principal.tenantId, erasureId: params.id }
    const erasure = await erasures.cancel(whose)
    if (erasure === undefined) throw noSuchErasure()
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, erasureViewOf(erasure))
  })
}

const verify = createRoute({
  method: 'post',
  path: '/privacy/erasures/{id}/verify',
  operationId: 'verifyErasure',
  tags: ['Privacy'],
  summary: 'Search everything again for people who were erased',
  description:
    'Scope `admin`. The ids have been forgotten, so they are given again: only those of the certificate are taken. It goes on in the background as a dry run of its own, whose `verdict` says at its end whether anything was found, and whether the certificate is as it was signed.',
  ...keyed,
  request: {
    params: ErasureParams,
    body: jsonBody(ErasureSubject, { description: 'Whom to look for', example: subjectExample }),
  },
  responses: {
    202: jsonReply(
      ErasureView,
      {
        description: 'It goes on in the background',
        example: { ...erasureExample, dryRun: true, verifies: erasureExample.id },
      },
      { Location: z.string().openapi({ description: 'Where to see how far it is' }) },
    ),
    ...jsonBodyProblems('not_found', 'wrong_state', 'limit_reached'),
  },
})

export function verifyErasure(app: App, deps: AppDeps) {
  const { erasures } = deps.services
  const checks = { admit: keyWith('admin'), limits: deps.options.config }
  operation(app, verify, checks, async (c, { principal, params, body, reply }) => {
    const { tenantId, keyId } = principal
    const whose = { tenantId, erasureId: params.id }
    if ((await erasures.get(whose)) === undefined) throw noSuchErasure()
    const begun = await erasures.verify(whose, subjectOf(body), keyId)
    c.header('Cache-Control', 'no-store')
    c.header('Location', linkTo(c, `/privacy/erasures/${begun.erasureId}`))
    return reply.json(c, 202, erasureViewOf(begun))
  })
}

const Lifted = z
  .object({ lifted: z.int().openapi({ description: 'So many tombstones were lifted' }) })
  .openapi('LiftedTombstones')

const lift = createRoute({
  method: 'post',
  path: '/privacy/tombstones/lift',
  operationId: 'liftTombstones',
  tags: ['Privacy'],
  summary: 'Let people come again who were erased',
  description:
    'Scope `admin`. What arrives of them from then on is kept as of anybody; it takes effect within five seconds. What was erased stays so.',
  ...keyed,
  request: {
    body: jsonBody(ErasureSubject, { description: 'Who may come again', example: subjectExample }),
  },
  responses: {
    200: jsonReply(Lifted, { description: 'They are lifted', example: { lifted: 1 } }),
    ...jsonBodyProblems(),
  },
})

export function liftTombstones(app: App, deps: AppDeps) {
  const { erasures } = deps.services
  const checks = { admit: keyWith('admin'), limits: deps.options.config }
  operation(app, lift, checks, async (c, { principal, body, reply }) => {
    const lifted = await erasures.lift(principal.tenantId, subjectOf(body), principal.keyId)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, lifted)
  })
}
