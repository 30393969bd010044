import { createRoute, z } from '@hono/zod-openapi'
import type { Replay, ReplayResult } from '../../ingest/replay'
import { requireScope } from '../authenticate'
import type { App, AppDeps } from '../context'
import { readJson } from '../json-body'
import { jsonBody, jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { resultViewOf } from './result-view'
import {
  cursor,
  filterFields,
  patchExample,
  ReplayResultView,
  repairFields,
  resultExample,
} from './schemas'

const Options = z
  .strictObject({
    filter: z
      .strictObject(filterFields)
      .openapi('QuarantineFilter', { description: 'All must hold; `{}` is everything' }),
    ...repairFields,
    // Each is a commit of its own: a hundred take about a second on a slow disk.
    limit: z.int().min(1).max(1000).default(100).openapi({ description: 'At most so many' }),
    cursor: cursor.openapi({ description: '`nextCursor` of the reply before, to go on' }),
  })
  .openapi('ReplayAllOptions')

const ReplayPage = z
  .object({
    dryRun: z.boolean(),
    counts: z.object({
      stored: z.int(),
      duplicate: z.int(),
      set_aside: z.int(),
      refused: z.int(),
    }),
    results: z.array(ReplayResultView),
    nextCursor: z.string().optional().openapi({ description: 'Absent when none are left' }),
  })
  .openapi('ReplayPage')

const route = createRoute({
  method: 'post',
  path: '/quarantine/replay',
  operationId: 'replayQuarantine',
  tags: ['Quarantine'],
  summary: 'Send everything that matches through again, oldest first',
  description:
    'Scope `quarantine:write`. As `POST /quarantine/{id}/replay` does with each. With `nextCursor` in the reply, ask again with it as `cursor` and the same `filter`.',
  ...keyed,
  request: {
    body: jsonBody(Options, {
      description: 'Which, and how repaired',
      example: {
        filter: { sourceId: 'demo', code: 'required' },
        patch: patchExample,
        dryRun: true,
      },
    }),
  },
  responses: {
    200: jsonReply(ReplayPage, {
      description: 'What became of each',
      example: {
        dryRun: true,
        counts: { stored: 1, duplicate: 0, set_aside: 0, refused: 0 },
        results: [resultExample],
      },
    }),
    ...problems(
      'invalid_request',
      'invalid_json',
      'invalid_encoding',
      'invalid_cursor',
      'unauthenticated',
      'forbidden',
      'too_large',
      'unsupported_media_type',
      'unavailable',
    ),
  },
})

export function replayQuarantine(app: App, { platform, options }: AppDeps, replay: Replay) {
  operation(app, route, async (c) => {
    const { tenantId } = await requireScope(c, 'quarantine:write')
    const { filter, limit, cursor, ...asked } = await readJson(c, Options, options.config)
    // Oldest first: of two that want one id, the one that came first gets it.
    const page = { limit, cursor, order: 'oldest' } as const
    const { items, nextCursor } = await platform.quarantine.list(tenantId, page, filter)

    const results: ReplayResult[] = []
    for (const { quarantineId } of items) {
      const result = await replay(tenantId, quarantineId, asked)
      // It may have been replayed or deleted by somebody else meanwhile.
      if (result !== undefined) results.push(result)
    }
    const counts = { stored: 0, duplicate: 0, set_aside: 0, refused: 0 }
    for (const { outcome } of results) counts[outcome] += 1
    c.header('Cache-Control', 'no-store')
    const { dryRun } = asked
    return c.json({ dryRun, counts, results: results.map(resultViewOf), nextCursor })
  })
}
