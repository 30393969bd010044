import { audited } from '../../audit'
import type { App, AppDeps } from '../../context'
import { administrator } from '../../keys/administer'
import { linkTo } from '../../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { AccessView, accessExample, accessViewOf } from './view'

// As long as ids of events may be (docs/limits.md).
const personId = z.string().min(1).max(2048)

const Subject = z
  .union([
    z.strictObject({ actorIds: z.array(personId).min(1).max(100) }),
    z.strictObject({ userId: personId }),
  ])
  .openapi({ description: 'All ids of the person that are known, as events have them (`actorId`)' })

const Asked = z
  .strictObject({
    subject: Subject,
    format: z
      .enum(['zip'])
      .optional()
      .openapi({ description: 'JSON lines, CSV and a page to read, in one file' }),
  })
  .openapi('AccessRequestSettings')

const route = createRoute({
  method: 'post',
  path: '/privacy/access-requests',
  operationId: 'requestAccess',
  tags: ['Privacy'],
  summary: 'Ask for everything that is kept about a person',
  description:
    'Scope `admin`. It is gathered in the background: events, those in quarantine, what learning tools keep, consents, and who was sent it. Other people who are named in it are taken out. It can be fetched for seven days and is deleted then. The same question within a day is answered by the same request.',
  ...keyed,
  request: {
    body: jsonBody(Asked, {
      description: 'Whom it is about',
      example: { subject: { actorIds: ['https://example.edu/users/554433'] } },
    }),
  },
  responses: {
    202: jsonReply(
      AccessView,
      {
        description: 'It is being gathered',
        example: { ...accessExample, status: 'running', files: [] },
      },
      { Location: z.string().openapi({ description: 'Where to see how far it is' }) },
    ),
    ...jsonBodyProblems('limit_reached'),
  },
})

export function requestAccess(app: App, deps: AppDeps) {
  const { access } = deps.services
  const checks = { admit: administrator, limits: deps.options.config, hidden: ['subject'] }
  operation(app, route, checks, async (c, { principal, body, reply }) => {
    const { tenantId, keyId: by } = principal
    const { subject } = body
    const actorIds = 'userId' in subject ? [subject.userId] : subject.actorIds
    const request = await access.begin({ tenantId, actorIds, by })
    const { accessId: target } = request
    await audited(deps, principal, { action: 'access.requested', target })
    c.header('Cache-Control', 'no-store')
    c.header('Location', linkTo(c, `/privacy/access-requests/${request.accessId}`))
    return reply.json(c, 202, await accessViewOf(c, deps, request))
  })
}
