import type { App } from '../context'
import { keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import type { Admission } from './caller'
import {
  placeOf,
  preconditionsOf,
  setEtag,
  spokenVersion,
  writeRequest,
  writtenReply,
  type XapiDocuments,
} from './document-request'
import { type DocumentQuery, type DocumentResource, specOf } from './document-resources'

const routeOf = (resource: DocumentResource) =>
  createRoute({
    method: 'put',
    path: resource.path,
    operationId: `put${resource.name}`,
    tags: ['xAPI'],
    summary: `Store a ${resource.noun}`,
    description: `${specOf(resource)} The document replaces the one that is there, if the request says which that is: \`If-Match\` with its ETag, or \`*\`; \`If-None-Match: *\` only creates. With neither, ${resource.barePut}`,
    ...keyed,
    request: writeRequest(resource),
    responses: {
      204: writtenReply('It is stored'),
      ...problems(
        'invalid_request',
        'invalid_encoding',
        'unauthenticated',
        'forbidden',
        'blocked',
        'not_found',
        'already_exists',
        'precondition_failed',
        'too_large',
        'unsupported_media_type',
        'held_back',
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
    const place = await placeOf(resource, principal, sent.query as DocumentQuery)
    const version = spokenVersion(c, principal)
    const document = await documents.read(c)
    if (await documents.isWithheld(c, sent.query as DocumentQuery, principal)) {
      return reply.empty(c, 204)
    }
    const { put } = await documents.load()
    setEtag(c, await put(place, document, preconditionsOf(sent.headers), version))
    return reply.empty(c, 204)
  })
}
