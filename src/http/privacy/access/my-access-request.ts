import { audited } from '../../audit'
import type { App, AppDeps } from '../../context'
import { linkTo } from '../../links'
import { jsonReply, keyed, problems } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { personThemself } from './me'
import { AccessView, accessExample, accessViewOf, noSuchRequest } from './view'

const path = '/privacy/me/access-request'

const asking = createRoute({
  method: 'post',
  path,
  operationId: 'requestMyAccess',
  tags: ['Privacy'],
  summary: 'Ask for everything that is kept about you',
  description:
    'A person’s token, and no key. It is gathered in the background; asked again within a day, it is the same request.',
  ...keyed,
  responses: {
    202: jsonReply(
      AccessView,
      {
        description: 'It is being gathered',
        example: { ...accessExample, status: 'running', files: [] },
      },
      { Location: z.string().openapi({ description: 'Where to see how far it is' }) },
    ),
    ...problems('unauthenticated', 'forbidden', 'limit_reached', 'unavailable'),
  },
})

const seeing = createRoute({
  method: 'get',
  path,
  operationId: 'getMyAccessRequest',
  tags: ['Privacy'],
  summary: 'See how far your latest access request is, and get links to its files',
  description: 'A person’s token, and no key. Each answer has new links, good for an hour.',
  ...keyed,
  responses: {
    200: jsonReply(AccessView, { description: 'Your latest request', example: accessExample }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function myAccessRequest(app: App, deps: AppDeps) {
  const { access } = deps.services
  const checks = { admit: personThemself }
  operation(app, asking, checks, async (c, { principal, reply }) => {
    const { tenantId, keyId: by, person } = principal
    const request = await access.begin({ tenantId, actorIds: [person.learnerId], by })
    const { accessId: target } = request
    await audited(deps, principal, { action: 'access.requested', target })
    c.header('Cache-Control', 'no-store')
    c.header('Location', linkTo(c, path))
    return reply.json(c, 202, await accessViewOf(c, deps, request))
  })
  operation(app, seeing, checks, async (c, { principal, reply }) => {
    const { tenantId, person } = principal
    const request = await access.mine(tenantId, person.learnerId)
    if (request === undefined) throw noSuchRequest()
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, await accessViewOf(c, deps, request))
  })
}
