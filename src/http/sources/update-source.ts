import { createRoute } from '@hono/zod-openapi'
import type { Source } from '../../platform/registry/sources'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { readJson } from '../json-body'
import { jsonBody, jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { checkSigningWith } from './check-signing'
import { findSource, SourceParams } from './find-source'
import { SourceSettings, SourceView, settingsExample, viewExample, viewOf } from './schemas'

const route = createRoute({
  method: 'put',
  path: '/sources/{id}',
  operationId: 'updateSource',
  tags: ['Sources'],
  summary: 'Replace the settings of a source',
  description:
    'Scope `admin`. What is left out is set to its default. Takes effect within five seconds.',
  ...keyed,
  request: {
    params: SourceParams,
    body: jsonBody(SourceSettings, { description: 'All settings', example: settingsExample }),
  },
  responses: {
    200: jsonReply(SourceView, { description: 'The source as it is now', example: viewExample }),
    ...problems(
      'invalid_request',
      'invalid_json',
      'invalid_encoding',
      'invalid_target',
      'unauthenticated',
      'forbidden',
      'not_found',
      'too_large',
      'unsupported_media_type',
      'unavailable',
    ),
  },
})

export function updateSource(app: App, deps: AppDeps) {
  const { platform, options, services } = deps
  const checkSigning = checkSigningWith(services)
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'admin')
    const settings = await readJson(c, SourceSettings, options.config, ['signing'])
    // A source that does not exist is answered so before any address is looked up.
    const { sourceId, createdAt } = await findSource(c, deps, tenantId)
    await checkSigning(settings.signing)
    const updatedAt = options.clock.now().toISOString()
    const source: Source = { ...settings, tenantId, sourceId, createdAt, updatedAt }
    await platform.registry.sources.put(source)
    c.header('Cache-Control', 'no-store')
    return c.json(viewOf(source))
  })
}
