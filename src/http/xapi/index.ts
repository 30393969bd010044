import type { App, AppDeps } from '../context'
import { crossOrigin, rateHeaders } from '../cross-origin'
import { alternateSyntaxWith } from './alternate-syntax'
import { admissionWith } from './caller'
import { consistentThroughWith } from './consistent-through'
import { registerDocuments } from './documents'
import { fetchCmi5Token } from './fetch-cmi5-token'
import { getAbout } from './get-about'
import { getActivity } from './get-activity'
import { getAgent } from './get-agent'
import { getStatements } from './get-statements'
import { postStatements } from './post-statements'
import { putStatement } from './put-statement'
import { takeStatementsWith } from './take-statements'
import { validateStatements } from './validate-statements'
import { announceVersionWith } from './version'

const AREA = '/xapi/*'

// Packages of Articulate, H5P and cmi5 run in pages of other origins than their record store's.
const surface = {
  methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
  sent: [
    ...['Authorization', 'X-API-Key', 'Content-Type', 'Content-Encoding', 'Accept-Language'],
    ...['X-Experience-API-Version', 'If-Match', 'If-None-Match', 'X-Request-Id'],
  ],
  read: [
    ...['X-Experience-API-Version', 'X-Experience-API-Consistent-Through', 'ETag', 'Last-Modified'],
    ...['Content-Type', 'X-Request-Id', 'Retry-After', 'X-Nonius-Warnings', 'X-Nonius-Withheld'],
    ...rateHeaders,
  ],
}

/** Serves a Learning Record Store: xAPI 1.0.3, Communication, and 2.0 (IEEE 9274.1.1). */
export function registerXapi(app: App, deps: AppDeps) {
  app.use(AREA, announceVersionWith(deps.options.config))
  app.use(AREA, crossOrigin(deps.options.config, surface))
  app.use(AREA, alternateSyntaxWith(app, deps))
  getAbout(app, deps)
  const admission = admissionWith(deps)
  const take = takeStatementsWith(deps)
  app.use('/xapi/statements', consistentThroughWith(deps))
  getStatements(app, deps, admission)
  postStatements(app, admission, take)
  putStatement(app, admission, take)
  validateStatements(app, deps)
  getAgent(app, deps, admission)
  getActivity(app, deps, admission)
  registerDocuments(app, deps, admission)
  fetchCmi5Token(app, deps)
}
