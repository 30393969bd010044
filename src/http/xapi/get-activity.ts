import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import type { Admission } from './caller'
import { iri } from './parameters'
import { versionHeader } from './version'

const Activity = z
  .object({
    objectType: z.literal('Activity'),
    id: z.string(),
    definition: z.looseObject({}).optional(),
  })
  .openapi('XapiActivity')

const route = createRoute({
  method: 'get',
  path: '/xapi/activities',
  operationId: 'getXapiActivity',
  tags: ['xAPI'],
  summary: 'Read what is known of an activity',
  description:
    'xAPI 1.0.3, Communication, 2.5. Scope `statements/read`, `statements/read/mine`, `profile`, `all/read` or `all`. The definition is merged of those of all statements: every language of its names and descriptions, and otherwise the newest. An activity that no statement knows is answered with its id.',
  ...keyed,
  request: {
    query: z.strictObject({ activityId: iri('The activity', 'https://example.edu/courses/7') }),
    headers: z.object(versionHeader),
  },
  responses: {
    200: jsonReply(Activity, {
      description: 'The activity',
      example: {
        objectType: 'Activity',
        id: 'https://example.edu/courses/7',
        definition: {
          type: 'http://adlnet.gov/expapi/activities/course',
          name: { en: 'Mathematics', fr: 'Mathématiques' },
        },
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getActivity(app: App, { platform }: AppDeps, admission: Admission) {
  const admit = admission({
    rights: ['statements/read', 'statements/read/mine', 'profile/read'],
    mode: 'lrs',
  })
  operation(app, route, { admit }, async (c, { principal, query, reply }) => {
    const { activityObject } = await import('../../standards/xapi/definition')
    const fragments = await platform.statements.activity(principal.tenantId, query.activityId)
    return reply.json(
      c,
      200,
      activityObject(query.activityId, fragments) as z.output<typeof Activity>,
    )
  })
}
