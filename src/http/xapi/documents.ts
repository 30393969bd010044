import type { App, AppDeps } from '../context'
import type { Admission } from './caller'
import { deleteDocument } from './delete-document'
import { documentsWith } from './document-request'
import { resources } from './document-resources'
import { getDocument } from './get-document'
import { postDocument } from './post-document'
import { putDocument } from './put-document'

/** Registers the four operations of each document resource. */
export function registerDocuments(app: App, deps: AppDeps, admission: Admission) {
  const documents = documentsWith(deps)
  for (const resource of resources) {
    putDocument(app, admission, documents, resource)
    postDocument(app, admission, documents, resource)
    getDocument(app, { ...deps, admission, documents }, resource)
    deleteDocument(app, admission, documents, resource)
  }
}
