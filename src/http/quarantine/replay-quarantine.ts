import type { Replaying } from '../../ingest/replay-runner'
import { nothingYet, progressAfter } from '../../ingest/replay-runner'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { linkTo } from '../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { replayerOf, withinReach } from './reach'
import {
  cursor,
  OutcomeCounts,
  patchExample,
  QuarantineFilter,
  ReplayResultView,
  repairFields,
  resultExample,
} from './schemas'

const Options = z
  .strictObject({
    filter: QuarantineFilter,
    ...repairFields,
    // Each item is a commit of its own: a hundred take about a second on a slow disk.
    limit: z.int().min(1).max(1000).default(100).openapi({ description: 'At most so many' }),
    background: z.boolean().default(true).openapi({
      description:
        'Whether what takes longer than two seconds goes on in the background, where that is possible; otherwise the reply has a `nextCursor` sooner',
    }),
    cursor: cursor.openapi({ description: '`nextCursor` of the reply before, to go on' }),
  })
  .openapi('ReplayAllOptions')

const page = {
  dryRun: z.boolean(),
  counts: OutcomeCounts,
  results: z.array(ReplayResultView),
}

const ReplayPage = z
  .object({
    ...page,
    nextCursor: z.string().optional().openapi({ description: 'Absent when none are left' }),
  })
  .openapi('ReplayPage')

const ReplayBegun = z
  .object({
    ...page,
    replayId: z
      .string()
      .openapi({ description: 'Of what goes on: `GET /quarantine/replays/{id}`' }),
  })
  .openapi('ReplayBegun')

// A person, a proxy and a health check all wait longer than two seconds.
const BUDGET_MS = 2_000

const example = {
  dryRun: true,
  counts: { stored: 1, duplicate: 0, set_aside: 0, withheld: 0, refused: 0 },
  results: [resultExample],
}

const route = createRoute({
  method: 'post',
  path: '/quarantine/replay',
  operationId: 'replayQuarantine',
  tags: ['Quarantine'],
  summary: 'Send everything that matches through again, oldest first',
  description:
    'Scope `quarantine:write`, within the reach of the key. As `POST /quarantine/{id}/replay` does with each. After two seconds it is answered: 202 when the rest, up to `limit`, goes on in the background; or with a `nextCursor`, as when more than `limit` match: ask again with it as `cursor` and the same `filter`.',
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
    200: jsonReply(ReplayPage, { description: 'What became of each', example }),
    202: jsonReply(ReplayBegun, {
      description: 'What became of the first; the others go on in the background',
      example: { ...example, replayId: 'rpl_4b1f2a60-7d0c-4a3e-9c1d-8a54d6f0c7e2' },
    }),
    ...jsonBodyProblems('invalid_cursor'),
  },
})

export function replayQuarantine(app: App, deps: AppDeps, { piece, runner }: Replaying) {
  const { options } = deps
  const checks = { admit: keyWith('quarantine:write'), limits: options.config }
  operation(app, route, checks, async (c, { principal, body, reply }) => {
    const who = replayerOf(principal)
    const { background, ...asked } = body
    const { dryRun, patch } = asked
    const filter = withinReach(asked.filter, who.reach)
    const { results, nextCursor, left } = await piece(who, { ...asked, filter }, BUDGET_MS)
    const { counts, refused } = progressAfter(nothingYet, results)
    if (!dryRun && (results.length > 0 || left > 0)) {
      const details = { counts, filter, isRepair: patch !== undefined, left }
      await audited(deps, principal, { action: 'quarantine.replayed', details })
    }
    c.header('Cache-Control', 'no-store')

    if (runner !== undefined && background && !dryRun && left > 0) {
      const progress = { counts, refused, cursor: nextCursor, left }
      const replayId = await runner.begin({ who, filter, patch, progress })
      if (replayId !== undefined) {
        c.header('Location', linkTo(c, `/quarantine/replays/${replayId}`))
        return reply.json(c, 202, { dryRun, counts, results, replayId })
      }
    }
    return reply.json(c, 200, { dryRun, counts, results, nextCursor })
  })
}
