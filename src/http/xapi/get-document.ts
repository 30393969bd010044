import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import type { DocumentEntry } from '../../platform/document-store'
import { isAmong } from '../../statements/preconditions'
import { readNoted } from '../audit'
import type { App, AppDeps } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import type { Admission } from './caller'
import {
  etagHeader,
  idOf,
  readHeaders,
  setEtag,
  shelfOf,
  type XapiDocuments,
} from './document-request'
import {
  type DocumentQuery,
  type DocumentResource,
  documentBytes,
  specOf,
} from './document-resources'
import { timestamp } from './parameters'

const Ids = z.array(z.string()).openapi('XapiDocumentIds')
// A document that is JSON comes as it was sent.
const IdsOrDocument = z.union([Ids, z.unknown()])

const routeOf = (resource: DocumentResource) =>
  createRoute({
    method: 'get',
    path: resource.path,
    operationId: `get${resource.name}`,
    tags: ['xAPI'],
    summary: `Read a ${resource.noun}, or list the ids`,
    description: `${specOf(resource)} With an id the document comes as it was sent, byte for byte and under its own type; without one, the ids of all${resource.deletesAll ? ', of every registration where none is named' : ''}.`,
    ...keyed,
    request: {
      query: z.strictObject({
        ...resource.shelf,
        ...z.object(resource.id).partial().shape,
        since: timestamp('Lists only what was stored after this time').optional(),
      }),
      headers: readHeaders,
    },
    responses: {
      200: {
        description: 'The document, or the ids',
        headers: z.object({
          ...requestIdHeader,
          ETag: etagHeader.ETag.optional(),
          'Last-Modified': z.string().optional().openapi({ description: 'Of a document' }),
        }),
        content: {
          'application/json': { schema: IdsOrDocument, example: ['bookmark', 'suspend-data'] },
          '*/*': { schema: documentBytes },
        },
      },
      304: { description: 'The document is still of that ETag' },
      ...problems(
        'invalid_request',
        'unauthenticated',
        'forbidden',
        'not_found',
        'unavailable',
        'busy',
      ),
    },
  })

type Found = (DocumentEntry & { bytes?: Uint8Array }) | undefined

export function getDocument(
  app: App,
  deps: AppDeps & {
    admission: Admission
    documents: XapiDocuments
  },
  resource: DocumentResource,
) {
  const { admission, documents, answers } = deps
  const admit = admission({ rights: resource.rights.read, mode: 'lrs' })
  operation(app, routeOf(resource), { admit }, async (c, { principal, reply, ...sent }) => {
    const query = sent.query as DocumentQuery
    const { tenantId } = principal
    const id = idOf(query)
    const shelf = await shelfOf(resource, principal, query, id === undefined ? 'all' : 'one')
    const { list, get, describe } = await documents.load()
    const hold = await answers.take(tenantId, documents.maxBytes, c.req.raw.signal)
    try {
      if (id === undefined) {
        const ids = await list(tenantId, shelf, query.since)
        hold.release()
        return reply.json(c, 200, ids)
      }
      const place = { tenantId, shelf, id }
      const isHead = c.req.method === 'HEAD'
      const found: Found = isHead ? await describe(place) : await get(place)
      if (found === undefined) {
        throw new AppError('not_found', `There is no ${resource.noun} of this id here.`)
      }
      setEtag(c, found.etag)
      c.header('Last-Modified', new Date(found.updatedAt).toUTCString())
      if (isAmong(sent.headers['If-None-Match'] ?? [], found.etag)) {
        hold.release()
        return reply.empty(c, 304)
      }
      if (isHead) c.header('Content-Length', String(found.size))
      hold.keep(found.size)
      await documentNoted(deps, principal, resource, query)
      const { contentType } = found
      const bytes = found.bytes ?? new Uint8Array()
      return reply.bytes(c, 200, { contentType, bytes }, hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  })
}

/** A learner who reads what is their own, in a session of theirs, is not written down. */
async function documentNoted(
  deps: AppDeps,
  principal: Principal,
  { path }: DocumentResource,
  { agent }: DocumentQuery,
) {
  if (principal.session !== undefined) return
  await readNoted(deps, principal, `GET ${path}`, { count: 1, person: agent })
}
