import { AppError } from '../../error/app-error'
import type { Source } from '../../platform/registry/sources'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { linkTo } from '../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { checkSigningWith } from './check-signing'
import {
  NewSource,
  SourceView,
  settingsAudited,
  settingsExample,
  viewExample,
  viewOf,
} from './schemas'

const route = createRoute({
  method: 'post',
  path: '/sources',
  operationId: 'createSource',
  tags: ['Sources'],
  summary: 'Add a source',
  description:
    'Scope `admin`. A source is whatever sends: an LMS, a tool. Its keys are made with `POST /keys`, or `nonius keys create --source ID`.',
  ...keyed,
  request: {
    body: jsonBody(NewSource, {
      description: 'The source',
      example: { id: 'canvas', ...settingsExample },
    }),
  },
  responses: {
    201: jsonReply(
      SourceView,
      { description: 'The source', example: viewExample },
      { Location: z.string().openapi({ description: 'Its address' }) },
    ),
    ...jsonBodyProblems('invalid_target', 'already_exists'),
  },
})

export function createSource(app: App, deps: AppDeps) {
  const { platform, options, services } = deps
  const checkSigning = checkSigningWith(services)
  const checks = {
    admit: keyWith('admin'),
    limits: options.config,
    hidden: ['signing'],
  }
  operation(app, route, checks, async (c, { principal, body, reply }) => {
    const { tenantId } = principal
    const { id: sourceId, ...settings } = body
    await checkSigning(settings.signing)
    if ((await platform.registry.sources.get(tenantId, sourceId)) !== undefined) {
      throw new AppError('already_exists', `There is a source ${sourceId} already.`, {
        errors: [{ path: ['id'], message: 'Is taken', code: 'already_exists' }],
      })
    }
    const now = options.clock.now().toISOString()
    const source: Source = { ...settings, tenantId, sourceId, createdAt: now, updatedAt: now }
    await platform.registry.sources.put(source)
    const details = settingsAudited(settings)
    await audited(deps, principal, { action: 'source.created', target: sourceId, details })
    c.header('Location', linkTo(c, `/sources/${sourceId}`))
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 201, viewOf(source))
  })
}
