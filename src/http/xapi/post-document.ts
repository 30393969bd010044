import { requireWritable } from '../../access/cmi5/within'
import type { App } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import type { Admission } from './caller'
import {
  etagHeader,
  idOf,
  preconditionsOf,
  setEtag,
  shelfOf,
  writeHeaders,
  type XapiDocuments,
} from './document-request'
import {
  anyDocument,
  type DocumentQuery,
  type DocumentResource,
  specOf,
} from './document-resources'

const routeOf = (resource: DocumentResource) =>
  createRoute({
    method: 'post',
    path: resource.path,
    operationId: `post${resource.name}`,
    tags: ['xAPI'],
    summary: `Merge into a ${resource.noun}`,
    description: `${specOf(resource)} Two JSON objects are merged: each member that is sent replaces the one of its name, whole. Where no document is, the one that is sent is stored as it came. Of several at the same time, each is merged.`,
    ...keyed,
    request: {
      query: z.strictObject({ ...resource.shelf, ...resource.id }),
      headers: writeHeaders,
      body: anyDocument,
    },
    responses: {
      204: {
        description: 'It is merged',
        headers: z.object({ ...requestIdHeader, ...etagHeader }),
      },
      ...problems(
        'invalid_request',
        'invalid_json',
        'invalid_encoding',
        'unauthenticated',
        'forbidden',
        'not_found',
        'precondition_failed',
        'too_large',
        'unsupported_media_type',
        'unavailable',
        'busy',
      ),
    },
  })

export function postDocument(
  app: App,
  admission: Admission,
  documents: XapiDocuments,
  resource: DocumentResource,
) {
  const admit = admission({ rights: resource.rights.write, mode: 'lrs' })
  operation(app, routeOf(resource), { admit }, async (c, { principal, reply, ...sent }) => {
    const query = sent.query as DocumentQuery
    const { tenantId } = principal
    const id = idOf(query)!
    const shelf = await shelfOf(resource, principal, query, 'one')
    requireWritable(principal, id)
    const { grow, ...document } = await documents.read(c)
    const { post } = await documents.load()
    setEtag(c, await post({ tenantId, shelf, id }, document, preconditionsOf(sent.headers), grow))
    return reply.empty(c, 204)
  })
}
