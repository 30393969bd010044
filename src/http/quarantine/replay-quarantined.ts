import type { Replaying } from '../../ingest/replay-runner'
import { replayViewOf } from '../../ingest/replay-view'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { noSuchItem } from './find-quarantined'
import { replayerOf } from './reach'
import {
  patchExample,
  QuarantineParams,
  ReplayResultView,
  repairFields,
  resultExample,
} from './schemas'

const Options = z.strictObject(repairFields).openapi('ReplayOptions')

const route = createRoute({
  method: 'post',
  path: '/quarantine/{id}/replay',
  operationId: 'replayQuarantined',
  tags: ['Quarantine'],
  summary: 'Send one item through again, repaired or as it is',
  description:
    'Scope `quarantine:write`, within the reach of the key. It is read by its standard with the source, the time and the request that it came with, and leaves the quarantine once what it became is on disk. What still cannot be kept is answered `refused`, with the reasons, and stays. A conflict needs a patch that gives it another id. What a patch has changed is marked on the event (`repair` in `view=record`); an item of a source that has to sign can be repaired by administrators only, others are answered 403.',
  ...keyed,
  request: {
    params: QuarantineParams,
    body: jsonBody(Options, {
      description: '`{}` replays it as it is',
      example: { patch: patchExample, dryRun: true },
    }),
  },
  responses: {
    200: jsonReply(ReplayResultView, { description: 'What became of it', example: resultExample }),
    ...jsonBodyProblems('not_found'),
  },
})

export function replayQuarantined(app: App, deps: AppDeps, { replay }: Replaying) {
  const { options } = deps
  const checks = { admit: keyWith('quarantine:write'), limits: options.config }
  operation(app, route, checks, async (c, { principal, params, body, reply }) => {
    const result = await replay(replayerOf(principal), params.id, body)
    if (result === undefined) throw noSuchItem()
    if (!body.dryRun) {
      const { outcome } = result
      const details = { outcome, isRepair: body.patch !== undefined }
      await audited(deps, principal, { action: 'quarantine.replayed', target: params.id, details })
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, replayViewOf(result))
  })
}
