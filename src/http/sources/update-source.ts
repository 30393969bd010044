import type { Source } from '../../platform/registry/sources'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { replaceStored } from '../replace-stored'
import { createRoute } from '../route'
import { checkSigningWith } from './check-signing'
import { findSource, SourceParams } from './find-source'
import {
  SourceSettings,
  SourceView,
  settingsAudited,
  settingsExample,
  viewExample,
  viewOf,
} from './schemas'

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
    ...jsonBodyProblems('invalid_target', 'not_found'),
  },
})

export function updateSource(app: App, deps: AppDeps) {
  const { platform, options, services } = deps
  const checkSigning = checkSigningWith(services)
  const checks = {
    admit: keyWith('admin'),
    limits: options.config,
    hidden: ['signing'],
  }
  operation(app, route, checks, async (c, { principal, params, body: settings, reply }) => {
    const source = await replaceStored({
      find: () => findSource(deps, principal.tenantId, params.id),
      check: () => checkSigning(settings.signing),
      async replace({ tenantId, sourceId, createdAt }) {
        const updatedAt = options.clock.now().toISOString()
        const source: Source = { ...settings, tenantId, sourceId, createdAt, updatedAt }
        await platform.registry.sources.put(source)
        return source
      },
    })
    const details = settingsAudited(settings)
    await audited(deps, principal, { action: 'source.changed', target: params.id, details })
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, viewOf(source))
  })
}
