import { erasureModes } from '../../privacy/erasures/erasure'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { linkTo } from '../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import {
  ErasureSubject,
  ErasureView,
  erasureExample,
  erasureViewOf,
  subjectExample,
  subjectOf,
} from './erasure-schemas'

// A reason is a sentence or a reference; a certificate repeats it.
const MAX_REASON = 1000

const ErasureSettings = z
  .strictObject({
    subject: ErasureSubject,
    mode: z.enum(erasureModes).default('delete').openapi({
      description: '`anonymise` keeps what happened, and nothing of who it was',
    }),
    reason: z.string().min(1).max(MAX_REASON).openapi({
      description: 'Stands in the certificate and in the audit trail: name nobody in it',
    }),
    dryRun: z.boolean().default(false).openapi({ description: 'Counts by place, changes nothing' }),
  })
  .openapi('ErasureSettings')

const route = createRoute({
  method: 'post',
  path: '/privacy/erasures',
  operationId: 'createErasure',
  tags: ['Privacy'],
  summary: 'Erase people from everything that is kept',
  description:
    'Scope `admin`. Everything of the people, and what others sent that names them, is erased from every place, in the background; tombstones keep late arrivals of theirs out, as the policy says. It can be cancelled while it waits, and not be undone.',
  ...keyed,
  request: {
    body: jsonBody(ErasureSettings, {
      description: 'Who, and why',
      example: { subject: subjectExample, reason: 'Request of 21 November', dryRun: true },
    }),
  },
  responses: {
    202: jsonReply(
      ErasureView,
      { description: 'It goes on in the background', example: erasureExample },
      { Location: z.string().openapi({ description: 'Where to see how far it is' }) },
    ),
    ...jsonBodyProblems('limit_reached'),
  },
})

export function createErasure(app: App, deps: AppDeps) {
  const { erasures } = deps.services
  const checks = { admit: keyWith('admin'), limits: deps.options.config }
  operation(app, route, checks, async (c, { principal, body, reply }) => {
    const { subject, mode, reason, dryRun: isDryRun } = body
    const { tenantId, keyId: by } = principal
    const asked = { subject: subjectOf(subject), mode, reason, isDryRun, by }
    const erasure = await erasures.begin(tenantId, asked)
    c.header('Cache-Control', 'no-store')
    c.header('Location', linkTo(c, `/privacy/erasures/${erasure.erasureId}`))
    return reply.json(c, 202, erasureViewOf(erasure))
  })
}
