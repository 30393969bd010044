import { askedBy } from '../../../access/roles/questions'
import { askSql } from '../../../analytics/sql/ask-sql'
import { untyped } from '../../../analytics/sql/parameters'
import type { App, AppDeps } from '../../context'
import { jsonBody, jsonBodyProblems, keyed } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { analystFor } from './admit'
import { answered, FormatQuery, sqlAnswers } from './answer'
import { limitsText, Parameters, Sql, Timezone } from './schemas'

const Body = z
  .strictObject({ sql: Sql, parameters: Parameters, timezone: Timezone })
  .openapi('SqlQuestion')

const route = createRoute({
  method: 'post',
  path: '/analytics/sql',
  operationId: 'askSql',
  tags: ['Analytics'],
  summary: 'Ask the lake by SQL of your own',
  description: `${askedBy('POST /analytics/sql')} ${limitsText}`,
  ...keyed,
  request: {
    query: FormatQuery,
    body: jsonBody(Body, {
      description: 'One query',
      example: {
        sql: "SELECT type, count(*) AS events FROM events WHERE day >= '2026-11-01' AND course_id = $course GROUP BY type",
        parameters: { course: 'https://example.edu/courses/7' },
      },
    }),
  },
  responses: { 200: answered, ...jsonBodyProblems('busy') },
})

export function askBySql(app: App, deps: AppDeps) {
  const { options, services, platform } = deps
  const answering = sqlAnswers(deps)
  const needs = { platform, hidden: services.hidden, clock: options.clock }
  const checks = { admit: analystFor('POST /analytics/sql', deps), limits: options.config }
  operation(app, route, checks, async (c, { principal: viewer, query, body, reply }) => {
    const { sql, parameters, timezone } = body
    const asking = { c, viewer, format: query.format, route: 'POST /analytics/sql', sql }
    const made = await answering(asking, (within) =>
      askSql(needs, viewer, {
        ...within,
        sql,
        timezone,
        foreign: { parameters: untyped(parameters) },
      }),
    )
    return made.format === 'json'
      ? reply.stream(c, 200, made.json, made.hold)
      : reply.bytes(c, 200, made, made.hold)
  })
}
