import { askedBy } from '../../../access/roles/questions'
import { builtIn } from '../../../analytics/sql/built-in'
import { checkDeclared, typed } from '../../../analytics/sql/parameters'
import { createSavedQueries } from '../../../analytics/sql/saved-queries'
import type { Parameter } from '../../../analytics/sql/saved-query'
import { AppError } from '../../../error/app-error'
import { audited, nameOf } from '../../audit'
import type { App, AppDeps } from '../../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { viewerFor } from '../../viewer'

import { QueryDefinition, QueryParams, QueryView, queryExample } from './schemas'

const { name: _, isBuiltIn: __, updatedAt: ___, updatedBy: ____, ...example } = queryExample

const route = createRoute({
  method: 'put',
  path: '/analytics/queries/{name}',
  operationId: 'putQuery',
  tags: ['Analytics'],
  summary: 'Save a query of yours',
  description: `${askedBy('PUT /analytics/queries/{name}')} It is judged as \`POST /analytics/sql\` judges one, and not run. Its SQL has its parameters as \`$name\`, each with a type. At most 100.`,
  ...keyed,
  request: {
    params: QueryParams,
    body: jsonBody(QueryDefinition, { description: 'The query', example }),
  },
  responses: {
    200: jsonReply(QueryView, { description: 'It was there before', example: queryExample }),
    201: jsonReply(QueryView, { description: 'It is saved', example: queryExample }),
    ...jsonBodyProblems('already_exists', 'limit_reached', 'busy'),
  },
})

export function putQuery(app: App, deps: AppDeps) {
  const { options, platform } = deps
  const saved = createSavedQueries(platform)
  const checks = {
    admit: viewerFor('PUT /analytics/queries/{name}', deps),
    limits: options.config,
  }
  operation(app, route, checks, async (c, { principal: viewer, params: { name }, body, reply }) => {
    const { tenantId, principal } = viewer
    if (builtIn(name) !== undefined) {
      throw new AppError(
        'already_exists',
        `${name} comes with Nonius, and stays: choose another name.`,
      )
    }
    checkDefaults(body.parameters)
    checkDeclared(await platform.sqlJudge.judge(body.sql), body.parameters)
    const updatedAt = options.clock.now().toISOString()
    const updatedBy = await nameOf(deps, principal)
    const query = { name, ...body, updatedAt, updatedBy }
    const isNew = await saved.put(tenantId, query)
    await audited(deps, principal, { action: 'query.saved', target: name })
    c.header('Cache-Control', 'no-store')
    const view = { ...query, isBuiltIn: false }
    return isNew ? reply.json(c, 201, view) : reply.json(c, 200, view)
  })
}

/** @throws {AppError} `invalid_request` for a default that is not of its type */
function checkDefaults(parameters: Record<string, Parameter>): void {
  const given = Object.entries(parameters).filter(([, one]) => one.default !== undefined)
  typed(Object.fromEntries(given), {})
}
