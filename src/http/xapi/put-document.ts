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
    method: 'put',
    path: resource.path,
    operationId: `put${resource.name}`,
    tags: ['xAPI'],
    summary: `Store a ${resource.noun}`,
    description: `${specOf(resource)} The document replaces the one that is there, if the request says which that is: \`If-Match\` with its ETag, or \`*\`; \`If-None-Match: *\` only creates. With neither, ${resource.barePut}`,
    ...keyed,
    request: {
      query: z.strictObject({ ...resource.shelf, ...resource.id }),
      headers: writeHeaders,
      body: anyDocument,
    },
    responses: {
      204: {
        description: 'It is stored',
        headers: z.object({ ...requestIdHeader, ...etagHeader }),
      },
      ...problems(
        'invalid_request',
        'invalid_encoding',
        'unauthenticated',
        'forbidden',
        'not_found',
        'already_exists',
        'precondition_failed',
        'too_large',
        'unsupported_media_type',
        'unavailable',
      ),
    },
  })

export function putDocument(
  app: App,
  admission: Admission,
  documents: XapiDocuments,
  resource: DocumentResource,
) {
  const admit = admission({ rights: resource.rights.write, mode: 'lrs' })
  operation(app, routeOf(resource), { admit }, async (c, { principal, reply, ...sent }) => {
    const query = sent.query as DocumentQuery
    const { tenantId, version } = principal
    const id = idOf(query)!
    const shelf = await shelfOf(resource, principal, query, 'one')
    requireWritable(principal, id)
    const document = await documents.read(c)
    const { put } = await documents.load()
    setEtag(c, await put({ tenantId, shelf, id }, document, preconditionsOf(sent.headers), version))
    return reply.empty(c, 204)
  })
}
