import { askedBy } from '../../access/roles/questions'
import { AppError } from '../../error/app-error'
import type { EventRecord } from '../../event/record'
import type { Viewer } from '../../identity/viewer'
import { createProofs, type EventProofs } from '../../merkle/prove'
import { isVisible } from '../../query/visible'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { time } from '../query-fields'
import { createRoute } from '../route'
import { viewerFor } from '../viewer'
import { z } from '../zod'
import { EventProof, inclusionExample } from './proof-schema'

const QUESTION = 'GET /audit/proofs/{eventId}'

const Params = z.object({
  eventId: z.string().openapi({
    description: 'As sent, percent-encoded; of an entity, the id derived by us',
    example: 'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211',
  }),
})

const Query = z.strictObject({
  receivedAt: time(
    'When the event arrived, as its record says, or the hour of its tree. It is needed once the event has left the hot store, and whoever does not see everybody’s events has no proof of it then',
    '2026-11-30T02:10:00.000Z',
  ),
})

const HOUR_MS = 60 * 60 * 1000
// An event that was spilled, or waited, is stored within a day or so of its arrival; of one that was replayed later,
// the hour of its tree has to be named.
const HOURS_SEARCHED = 48

const route = createRoute({
  method: 'get',
  path: '/audit/proofs/{eventId}',
  operationId: 'getProof',
  tags: ['Audit'],
  summary: 'Prove that an event is in the log as it was sent',
  description: `${askedBy(QUESTION)} One that they may not see is not there: 404. It is there within 20 s of the event, on the tree of the hour that is not over; on AWS once that is over (docs/audit.md).`,
  ...keyed,
  request: { params: Params, query: Query },
  responses: {
    200: jsonReply(EventProof, {
      description: 'The proof',
      example: {
        ...{ eventId: 'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211', isClosed: false },
        ...inclusionExample,
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getProof(app: App, deps: AppDeps) {
  const { platform } = deps
  const admit = viewerFor(QUESTION, deps)
  const { trees } = platform
  const proofs = trees && createProofs(trees)

  /** @returns undefined for an event that is not there, as far as the viewer may know */
  async function proofFor(
    { tenantId, visibility }: Viewer,
    eventId: string,
    receivedAt: string | undefined,
  ): Promise<{ found: EventProofs; record: EventRecord | undefined } | 'unknown' | 'not yet'> {
    const record = await platform.events.get(tenantId, eventId)
    if (record !== undefined && !isVisible(visibility, record)) return 'unknown'
    // Without its record, nobody can tell whether somebody may see it.
    if (record === undefined && (receivedAt === undefined || visibility.kind === 'some')) {
      return 'unknown'
    }
    const from = receivedAt ?? record!.receivedAt
    const until = record ? {} : { until: hourAfter(from, HOURS_SEARCHED) }
    const found = await proofs?.ofEvent(tenantId, eventId, { from: from.slice(0, 13), ...until })
    if (found === undefined) return record === undefined ? 'unknown' : 'not yet'
    return { found, record }
  }

  operation(app, route, { admit }, async (c, { principal: viewer, params, query, reply }) => {
    const { eventId } = params
    const answer = await proofFor(viewer, eventId, query.receivedAt)
    if (answer === 'unknown') {
      const detail =
        'No event of yours has this id, or its time here has passed: `receivedAt` says when it arrived.'
      throw new AppError('not_found', detail)
    }
    if (answer === 'not yet') {
      const detail =
        'The event is in no tree yet: within 20 s of its arrival it is, on AWS once its hour is over.'
      throw new AppError('not_found', detail)
    }
    const { found, record } = answer
    await readNoted(deps, viewer, QUESTION, { count: 1, person: record?.actorId, fields: 'proof' })
    const { sent, kept } = found
    const head = await trees!.head(viewer.tenantId, sent.hour)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, {
      eventId,
      ...(maySeeSalt(viewer, answer) ? sent : { ...sent, salt: undefined }),
      isClosed: head?.isClosed === true && head.treeSize === sent.treeSize,
      ...(kept && { kept }),
    })
  })
}

/**
 * With the salt, and what is kept, one can try what a policy took out until it fits: where one changed the
 * text, or where nobody can tell any more, it is for administrators.
 */
function maySeeSalt(
  { role }: Viewer,
  { found, record }: { found: EventProofs; record: EventRecord | undefined },
): boolean {
  const isAsSent = found.kept === undefined || (record !== undefined && !record.governedBy?.length)
  return isAsSent || role === 'admin'
}

function hourAfter(time: string, hours: number): string {
  return new Date(Date.parse(time) + hours * HOUR_MS).toISOString().slice(0, 13)
}
