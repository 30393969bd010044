import { createRoute, z } from '@hono/zod-openapi'
import { AppError } from '../../error/app-error'
import type { Source } from '../../platform/registry/sources'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { readJson } from '../json-body'
import { jsonBody, jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { checkSigningWith } from './check-signing'
import { NewSource, SourceView, settingsExample, viewExample, viewOf } from './schemas'

const route = createRoute({
  method: 'post',
  path: '/sources',
  operationId: 'createSource',
  tags: ['Sources'],
  summary: 'Add a source',
  description:
    'Scope `admin`. A source is whatever sends: an LMS, a tool. Its keys are made with `nonius keys create --source ID`.',
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
    ...problems(
      'invalid_request',
      'invalid_json',
      'invalid_encoding',
      'invalid_target',
      'unauthenticated',
      'forbidden',
      'already_exists',
      'too_large',
      'unsupported_media_type',
      'unavailable',
    ),
  },
})

export function createSource(app: App, { platform, options, services }: AppDeps) {
  const checkSigning = checkSigningWith(services)
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'admin')
    const { id: sourceId, ...settings } = await readJson(c, NewSource, options.config, ['signing'])
    await checkSigning(settings.signing)
    if ((await platform.registry.sources.get(tenantId, sourceId)) !== undefined) {
      throw new AppError('already_exists', `There is a source ${sourceId} already.`, {
        errors: [{ path: ['id'], message: 'Is taken', code: 'already_exists' }],
      })
    }
    const now = options.clock.now().toISOString()
    const source: Source = { ...settings, tenantId, sourceId, createdAt: now, updatedAt: now }
    await platform.registry.sources.put(source)
    c.header('Location', `/sources/${sourceId}`)
    c.header('Cache-Control', 'no-store')
    return c.json(viewOf(source), 201)
  })
}
