import { AppError } from '../../error/app-error'
import { actorFields, groupFields, idForm } from '../../rosters/ids'
import { mediaType } from '../../syntax/media-type'
import { audited } from '../audit'
import { readBytes } from '../body'
import type { App, AppContext, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { changerFor } from './admit'
import { LoadedRoster, LoadQuery, loadedExample } from './schemas'

// File managers, scripts and proxies call a ZIP so.
const types = ['application/zip', 'application/x-zip-compressed', 'application/octet-stream']

// With its own bytes, and the largest body there may be, this is what one tenant may have of the memory for requests.
const MEMORY_FACTOR = 8

const route = createRoute({
  method: 'put',
  path: '/rosters',
  operationId: 'putRosters',
  tags: ['Rosters'],
  summary: 'Load who teaches and learns what, from OneRoster files',
  description:
    'Role `admin`, or scope `admin`. A ZIP of OneRoster 1.1 or 1.2 (CSV, bulk) takes the place of the roster that is loaded. Of it `orgs.csv`, `users.csv`, `roles.csv` (1.2), `classes.csv` and `enrollments.csv` are read, and of people nothing but their ids. All faults are named, a hundred of them by file, line and column, and then nothing is loaded. A `teacher` sees the classes she is enrolled in as one, a `teacher-admin` those of the organisations that he administers, and of all below these.',
  ...keyed,
  request: {
    query: LoadQuery,
    body: {
      required: true,
      description: 'The ZIP',
      content: {
        'application/zip': { schema: z.string().openapi({ format: 'binary' }) },
      },
    },
  },
  responses: {
    200: jsonReply(LoadedRoster, {
      description: 'What changed, or would',
      example: loadedExample,
    }),
    ...problems(
      ...(['invalid_request', 'invalid_encoding', 'unauthenticated', 'forbidden'] as const),
      ...(['timeout', 'wrong_state', 'too_large', 'unsupported_media_type'] as const),
      ...(['busy', 'unavailable'] as const),
    ),
  },
})

export function putRosters(app: App, deps: AppDeps) {
  const { options, services } = deps
  operation(app, route, { admit: changerFor('PUT /rosters', deps) }, async (c, input) => {
    const { principal: viewer, query, reply } = input
    const { tenantId, principal } = viewer
    const forms = {
      actor:
        query.actorId === undefined ? undefined : idForm('actorId', query.actorId, actorFields),
      group: idForm('groupId', query.groupId, groupFields),
    }
    requireZip(c)
    const { bytes, lease } = await readBytes(c, options.config)
    await lease.grow(bytes.length * MEMORY_FACTOR)
    const isDryRun = query.dryRun === 'true'
    const by = principal.keyId
    // The first load of a large roster takes a minute on a slow disk, in which nothing is sent.
    c.env?.patience?.(0)
    const loaded = await services.rosters
      .load(tenantId, bytes, { ...forms, isDryRun, by })
      .finally(() => c.env?.patience?.())
    if (!isDryRun) {
      const { classes, enrolments, staff } = loaded.changes
      const details = { ...loaded.counts, changes: { classes, enrolments, staff } }
      await audited(deps, principal, { action: 'roster.loaded', details })
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { dryRun: isDryRun, ...loaded })
  })
}

function requireZip(c: AppContext) {
  const header = c.req.header('Content-Type')
  if (header === undefined || types.includes(mediaType(header) ?? '')) return
  throw new AppError('unsupported_media_type', 'Content-Type must be application/zip.')
}
