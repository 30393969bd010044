import { LAUNCH_DATA, requireWritable } from '../../access/cmi5/within'
import { AppError } from '../../error/app-error'
import type { Preconditions } from '../../statements/preconditions'
import type { App } from '../context'
import { keyed, problems, requestIdHeader } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import type { Admission } from './caller'
import {
  idOf,
  preconditionsOf,
  shelfOf,
  writeHeaders,
  type XapiDocuments,
} from './document-request'
import { type DocumentQuery, type DocumentResource, specOf } from './document-resources'

const routeOf = (resource: DocumentResource) => {
  const { deletesAll, noun } = resource
  const id = z.object(resource.id)
  return createRoute({
    method: 'delete',
    path: resource.path,
    operationId: `delete${resource.name}`,
    tags: ['xAPI'],
    summary: deletesAll ? `Delete a ${noun}, or all` : `Delete a ${noun}`,
    description: `${specOf(resource)} One that is not there is as good as deleted.${deletesAll ? ' Without an id all are deleted, of every registration where none is named.' : ''}`,
    ...keyed,
    request: {
      query: z.strictObject({ ...resource.shelf, ...(deletesAll ? id.partial() : id).shape }),
      headers: writeHeaders,
    },
    responses: {
      204: { description: 'Nothing of it is there', headers: z.object(requestIdHeader) },
      ...problems(
        'invalid_request',
        'unauthenticated',
        'forbidden',
        'not_found',
        'precondition_failed',
        'unavailable',
      ),
    },
  })
}

export function deleteDocument(
  app: App,
  admission: Admission,
  documents: XapiDocuments,
  resource: DocumentResource,
) {
  const admit = admission({ rights: resource.rights.write, mode: 'lrs' })
  operation(app, routeOf(resource), { admit }, async (c, { principal, reply, ...sent }) => {
    const query = sent.query as DocumentQuery
    const { tenantId } = principal
    const given = preconditionsOf(sent.headers)
    const id = idOf(query)
    const shelf = await shelfOf(resource, principal, query, id === undefined ? 'all' : 'one')
    // All of them are its launch data as well.
    requireWritable(principal, id ?? LAUNCH_DATA)
    const { remove, removeAll } = await documents.load()
    if (id !== undefined) await remove({ tenantId, shelf, id }, given)
    else {
      requireNone(given)
      await removeAll(tenantId, shelf)
    }
    return reply.empty(c, 204)
  })
}

/** @throws {AppError} `invalid_request` when somebody names a version of many documents */
function requireNone({ ifMatch, ifNoneMatch }: Preconditions): void {
  if (ifMatch === undefined && ifNoneMatch === undefined) return
  const path = [ifMatch === undefined ? 'If-None-Match' : 'If-Match']
  const message = 'Must be left out where all documents are deleted; it is about one'
  const errors = [{ path, message, code: 'not_for_many' }]
  throw new AppError('invalid_request', `${path[0]}: ${message}.`, { errors })
}
