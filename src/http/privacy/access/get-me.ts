import { AppError } from '../../../error/app-error'
import type { EventRecord } from '../../../event/record'
import type { Page } from '../../../platform/event-store'
import { readNoted } from '../../audit'
import { ConsentView, viewExample } from '../../consents/schemas'
import type { App, AppDeps } from '../../context'
import { jsonReply, keyed, problems } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { personThemself } from './me'

const time = z.iso.datetime()
// A page shows so many; the rest comes with a request.
const LATEST = 20

const Me = z
  .object({
    learnerId: z.string().openapi({ description: 'How events name you' }),
    latest: z
      .array(
        z.object({
          id: z.string(),
          type: z.string(),
          action: z.string().optional(),
          at: time,
          object: z.string().optional(),
          objectName: z.string().optional(),
          source: z.string(),
        }),
      )
      .openapi({ description: `Your ${LATEST} latest events that can be read at once` }),
    hasMore: z.boolean(),
    consents: ConsentView.shape.decisions.openapi({
      description: 'What you, or a parent, decided, by category',
    }),
    keptDays: z
      .object({ standard: z.int(), sensitive: z.int(), pii: z.int(), system: z.int() })
      .openapi({ description: 'How many days events are kept, by their class' }),
    everything: z.object({
      ask: z.string().openapi({ description: 'POST here for all of it' }),
      see: z.string().openapi({ description: 'GET here for what became of that' }),
    }),
  })
  .openapi('Me')

const route = createRoute({
  method: 'get',
  path: '/privacy/me',
  operationId: 'getMe',
  tags: ['Privacy'],
  summary: 'See what is kept about you',
  description: 'A person’s token, and no key. Nobody sees anything of somebody else here.',
  ...keyed,
  responses: {
    200: jsonReply(Me, {
      description: 'A part of it; a request brings all',
      example: {
        learnerId: 'ada',
        latest: [
          {
            ...{ id: 'urn:uuid:3a648e68-f00d-4c08-aa59-8738e1884f2c', type: 'ViewEvent' },
            ...{ action: 'Viewed', at: '2026-11-21T09:30:00.000Z', source: 'lms' },
          },
        ],
        hasMore: true,
        consents: viewExample.decisions,
        keptDays: { standard: 2555, sensitive: 1095, pii: 365, system: 365 },
        everything: { ask: '/privacy/me/access-request', see: '/privacy/me/access-request' },
      },
    }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function getMe(app: App, { services, platform }: AppDeps) {
  operation(app, route, { admit: personThemself }, async (c, { principal, reply }) => {
    const { tenantId, person } = principal
    const { learnerId } = person
    const page = await latestEvents(tenantId, learnerId)
    const count = page.items.length
    await readNoted({ services, platform }, principal, 'getMe', { count, person: learnerId })
    const { retentionDays: keptDays } = (await services.policies.inForce(tenantId)).policy
    const ask = '/privacy/me/access-request'
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, {
      learnerId,
      latest: page.items.map(latestOf),
      hasMore: page.nextCursor !== undefined,
      consents: (await services.consents.get(tenantId, learnerId))?.decisions ?? {},
      keptDays,
      everything: { ask, see: ask },
    })
  })

  async function latestEvents(tenantId: string, actorId: string): Promise<Page<EventRecord>> {
    try {
      return await platform.events.query(tenantId, { actorId }, { limit: LATEST })
    } catch (thrown) {
      // A deployment without an index of actors finds nobody's events at once; a request does.
      if (!(thrown instanceof AppError) || thrown.code !== 'invalid_request') throw thrown
      return { items: [], nextCursor: '' }
    }
  }
}

function latestOf(record: EventRecord) {
  const { eventId: id, type, action, occurredAt, eventTime, objectId, objectName } = record
  const at = occurredAt ?? eventTime
  return { id, type, action, at, object: objectId, objectName, source: record.sourceId }
}
