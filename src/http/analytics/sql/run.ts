import { askedBy } from '../../../access/roles/questions'
import { askSql } from '../../../analytics/sql/ask-sql'
import { builtIn, narrowedBy } from '../../../analytics/sql/built-in'
import { typed } from '../../../analytics/sql/parameters'
import { createSavedQueries } from '../../../analytics/sql/saved-queries'
import type { App, AppDeps } from '../../context'
import { jsonBody, jsonBodyProblems, keyed } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { analystFor } from './admit'
import { answered, FormatQuery, sqlAnswers } from './answer'
import { noSuchQuery } from './no-such-query'
import { limitsText, Parameters, QueryParams, Timezone } from './schemas'

const Body = z.strictObject({ parameters: Parameters, timezone: Timezone }).openapi('QueryRun')

const route = createRoute({
  method: 'post',
  path: '/analytics/queries/{name}',
  operationId: 'runQuery',
  tags: ['Analytics'],
  summary: 'Ask a named query',
  description: `${askedBy('POST /analytics/queries/{name}')} With values for its parameters. Those that come with Nonius take \`from\`, \`to\`, \`by\`, \`course\`, \`person\` and \`source\`. ${limitsText}`,
  ...keyed,
  request: {
    params: QueryParams,
    query: FormatQuery,
    body: jsonBody(Body, {
      description: 'Values of its parameters',
      example: { parameters: { from: '2026-11-01', course: 'https://example.edu/courses/7' } },
    }),
  },
  responses: { 200: answered, ...jsonBodyProblems('not_found', 'busy') },
})

export function runQuery(app: App, deps: AppDeps) {
  const { options, services, platform } = deps
  const saved = createSavedQueries(platform)
  const answering = sqlAnswers(deps)
  const needs = { platform, hidden: services.hidden, clock: options.clock }
  const checks = {
    admit: analystFor('POST /analytics/queries/{name}', deps),
    limits: options.config,
  }
  operation(app, route, checks, async (c, input) => {
    const { principal: viewer, params, query, body, reply } = input
    const { parameters, timezone } = body
    const { tenantId } = viewer
    const ours = builtIn(params.name)
    const own = ours === undefined ? await saved.get(tenantId, params.name) : undefined
    if (ours === undefined && own === undefined) throw noSuchQuery()
    const asked = own
      ? { sql: own.sql, foreign: { parameters: typed(own.parameters, parameters) } }
      : { sql: narrowedBy(ours!, parameters, timezone) }
    const noted = 'POST /analytics/queries/{name}'
    const asking = { c, viewer, format: query.format, route: noted, sql: asked.sql }
    const made = await answering(asking, (within) =>
      askSql(needs, viewer, { ...within, ...asked, timezone }),
    )
    return made.format === 'json'
      ? reply.stream(c, 200, made.json, made.hold)
      : reply.bytes(c, 200, made, made.hold)
  })
}
