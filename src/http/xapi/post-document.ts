import type { App } from '../context'
import { keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import type { Admission } from './caller'
import {
  placeOf,
  preconditionsOf,
  setEtag,
  writeRequest,
  writtenReply,
  type XapiDocuments,
} from './document-request'
import { type DocumentQuery, type DocumentResource, specOf } from './document-resources'

const routeOf = (resource: DocumentResource) =>
  createRoute({
    method: 'post',
    path: resource.path,
    operationId: `post${resource.name}`,
    tags: ['xAPI'],
    summary: `Merge into a ${resource.noun}`,
    description: `${specOf(resource)} Two JSON objects are merged: each member that is sent replaces the one of its name, whole. Where no document is, the one that is sent is stored as it came. Of several at the same time, each is merged.`,
    ...keyed,
    request: writeRequest(resource),
    responses: {
      204: writtenReply('It is merged'),
      ...problems(
        'invalid_request',
        'invalid_json',
        'invalid_encoding',
        'unauthenticated',
        'forbidden',
        'blocked',
        'not_found',
        'precondition_failed',
        'too_large',
        'unsupported_media_type',
        'held_back',
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
    const place = await placeOf(resource, principal, sent.query as DocumentQuery)
    const { grow, ...document } = await documents.read(c)
    if (await documents.isWithheld(c, sent.query as DocumentQuery, principal)) {
      return reply.empty(c, 204)
    }
    const { post } = await documents.load()
    setEtag(c, await post(place, document, preconditionsOf(sent.headers), grow))
    return reply.empty(c, 204)
  })
}
