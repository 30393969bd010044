import { AppError } from '../../error/app-error'
import type { Replaying } from '../../ingest/replay-runner'
import { keyWith } from '../admit'
import type { App } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { OutcomeCounts } from './schemas'

const Params = z.object({
  id: z.string().openapi({
    description: '`replayId` of the reply to `POST /quarantine/replay`',
    example: 'rpl_4b1f2a60-7d0c-4a3e-9c1d-8a54d6f0c7e2',
  }),
})

const ReplayJobView = z
  .object({
    replayId: z.string(),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().optional().openapi({ description: 'Absent while it goes on' }),
    counts: OutcomeCounts,
    left: z.int().openapi({ description: 'At most so many items are still looked at' }),
    refused: z.array(z.string()).openapi({ description: 'Ids of the first twenty' }),
    nextCursor: z.string().optional().openapi({
      description: 'Once it has finished, and only when more than its `limit` matched',
    }),
    problem: z.string().optional().openapi({ description: 'Why it ended before its time' }),
  })
  .openapi('ReplayJob')

const route = createRoute({
  method: 'get',
  path: '/quarantine/replays/{id}',
  operationId: 'getReplay',
  tags: ['Quarantine'],
  summary: 'See how far a replay in the background is',
  description: 'Scope `quarantine:write`. For the key that began it, and administrators.',
  ...keyed,
  request: { params: Params },
  responses: {
    200: jsonReply(ReplayJobView, {
      description: 'What is done of it',
      example: {
        replayId: 'rpl_4b1f2a60-7d0c-4a3e-9c1d-8a54d6f0c7e2',
        startedAt: '2026-11-21T09:30:00.000Z',
        counts: { stored: 310, duplicate: 2, set_aside: 0, withheld: 0, refused: 1 },
        left: 687,
        refused: ['qua_5f0c1a2b3c4d5e6f708192035f0c1a2b'],
      },
    }),
    ...problems('unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getReplay(app: App, { runner }: Replaying) {
  const admit = keyWith('quarantine:write')
  operation(app, route, { admit }, async (c, { principal, params, reply }) => {
    const { tenantId, keyId, scopes } = principal
    const job = await runner?.get(tenantId, params.id)
    if (job === undefined || (job.keyId !== keyId && !scopes.includes('admin'))) {
      throw new AppError('not_found', 'No replay of yours has this id, or it ended long ago.')
    }
    const { replayId, startedAt, progress } = job
    const { cursor, ...rest } = progress
    const isFinished = progress.finishedAt !== undefined
    c.header('Cache-Control', 'no-store')
    const next = isFinished && cursor !== undefined ? { nextCursor: cursor } : {}
    return reply.json(c, 200, { replayId, startedAt, ...rest, ...next })
  })
}
