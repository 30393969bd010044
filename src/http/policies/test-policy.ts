import { AppError } from '../../error/app-error'
import { isObject } from '../../governance/policy/refusing'
import type { Tried } from '../../governance/policy/trial'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { readDocument } from './body'
import { readFor } from './read'
import { documentExample, PolicyDocument, PolicyTried } from './schemas'
import { MAX_LAST, tryWithLast } from './try-with-last'

const DEFAULT_LAST = 1000

const PolicyTest = z
  .object({
    policy: PolicyDocument.optional(),
    last: z.int().min(1).max(MAX_LAST).default(DEFAULT_LAST).openapi({
      description: 'So many of the events that arrived last are looked at',
    }),
  })
  .openapi('PolicyTest')

const example: Tried = {
  ...{ tested: 1000, kept: 910, held: 0, withheld: 90, changed: 12, differs: 102 },
  rules: [
    {
      ...{ rule: 'performance', matched: 100, withheld: 90, held: 0, sampled: 10, treated: 0 },
      ...{ reclassified: 0, neverSampled: 0, examples: ['evt_1'] },
    },
  ],
  matchedNothing: ['analytics'],
  matchedEverything: [],
  conflicts: [],
}

const route = createRoute({
  method: 'post',
  path: '/policies/test',
  operationId: 'testPolicy',
  tags: ['Policies'],
  summary: 'Say what a policy would have made of the last events',
  description:
    'Scope `admin`. A dry run: nothing is changed. Without `policy`, the one in force is tried. Events are looked at as they are stored: what was withheld before is not among them, and who was made a pseudonym stays one. What the school and people told us (consents, learners under 13) counts as it is now; signals of browsers are not kept, and count as absent.',
  ...keyed,
  request: {
    body: jsonBody(PolicyTest, {
      description: 'The policy, and how many events; JSON or YAML',
      example: { policy: documentExample, last: 1000 },
    }),
  },
  responses: {
    200: jsonReply(PolicyTried, {
      description: 'What would have changed, by rule',
      example: { ...example, isAll: true, warnings: [] },
    }),
    ...jsonBodyProblems('busy'),
  },
})

export function testPolicy(app: App, deps: AppDeps) {
  const { options } = deps
  operation(app, route, { admit: keyWith('admin') }, async (c, { principal, reply }) => {
    const { tenantId } = principal
    const { policy, last } = membersOf(await readDocument(c, options.config))
    const read = policy === undefined ? undefined : await readFor(deps, tenantId, policy)
    const tried = await tryWithLast(
      deps,
      tenantId,
      { policy: read?.policy, last },
      c.req.raw.signal,
    )
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { ...tried, warnings: read?.warnings ?? [] })
  })
}

/** @throws {AppError} `invalid_request` */
function membersOf(body: unknown): { policy?: unknown; last: number } {
  const refuse = (path: string[], message: string) => {
    const errors = [{ path, message, code: 'invalid_value' }]
    return new AppError('invalid_request', 'It says not what to try.', { errors })
  }
  if (!isObject(body)) throw refuse([], 'Must be an object with policy and last')
  const unknown = Object.keys(body).find((name) => name !== 'policy' && name !== 'last')
  if (unknown !== undefined)
    throw refuse([unknown.slice(0, 80)], 'Not known here; known are policy, last')
  const { policy, last = DEFAULT_LAST } = body
  if (Number.isInteger(last) && (last as number) >= 1 && (last as number) <= MAX_LAST) {
    return { policy, last: last as number }
  }
  throw refuse(['last'], `Must be 1 to ${MAX_LAST}`)
}
