import { isDeepStrictEqual } from 'node:util'
import type { RegisteredType } from '../../event/event-type'
import { checkLastDay } from '../../ingest/last-day'
import { changeOwnTypes, readOwnTypes } from '../../ingest/own-types'
import { readRegistration, requireVersion } from '../../standards/native/types/registration'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import {
  definitionExample,
  TypeDefinition,
  TypeParams,
  TypeRegistered,
  viewExample,
  viewOf,
} from './schemas'

const TypeQuery = z.object({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .openapi({ description: 'If `true`, nothing is registered; the answer is the same' }),
})

const registered = {
  outcome: 'created' as const,
  dryRun: false,
  type: viewExample,
  breaking: [],
  lastDay: {
    since: '2026-11-28T10:15:00.000Z',
    checked: 120,
    failing: 1,
    isAll: true,
    examples: [
      {
        id: 'evt_1',
        errors: [{ path: ['payload', 'lesson_id'], message: 'Required', code: 'required' }],
      },
    ],
  },
}

const route = createRoute({
  method: 'put',
  path: '/api/v1/event-types/{name}',
  operationId: 'putEventType',
  tags: ['Native'],
  summary: 'Register a type of native events, or change one of yours',
  description:
    'Scope `admin`. The name is snake_case or camelCase, unless a built-in type has it. A change that refuses what was good before needs a higher `version`: otherwise 409 `breaking_change` with every reason. The answer tells which events of the last day would have failed. Takes effect within five seconds. At most 1,000 types, 64 KB a schema, 4 MB all.',
  ...keyed,
  request: {
    params: TypeParams,
    query: TypeQuery,
    body: jsonBody(TypeDefinition, { description: 'The type', example: definitionExample }),
  },
  responses: {
    200: jsonReply(TypeRegistered, {
      description: 'It was there before, or this was a dry run',
      example: { ...registered, outcome: 'replaced' },
    }),
    201: jsonReply(TypeRegistered, { description: 'It is registered', example: registered }),
    ...jsonBodyProblems('breaking_change', 'limit_reached'),
  },
})

export function putType(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const checks = { admit: keyWith('admin'), limits: options.config }
  operation(app, route, checks, async (c, { principal, params, query, body, reply }) => {
    const { tenantId, keyId } = principal
    const isDryRun = query.dryRun === 'true'
    const at = options.clock.now().toISOString()

    /** Takes place among the types as they are, as often as somebody else is quicker. */
    function registerAmong(types: readonly RegisteredType[]) {
      const before = types.find(({ name }) => name === params.name)
      const read = readRegistration(params.name, body, before)
      const breaking = requireVersion(before, read)
      const outcome = outcomeOf(before, read)
      const createdAt = before?.createdAt ?? at
      const type: RegisteredType =
        before !== undefined && outcome === 'unchanged'
          ? before
          : { ...read, createdAt, updatedAt: at, updatedBy: keyId }
      return { type, breaking, outcome }
    }

    // A refusal comes before any event is looked at.
    let made = registerAmong(await readOwnTypes(platform.documents, tenantId))
    const lastDay = await checkLastDay({ ...platform, ...options }, tenantId, made.type)
    if (!isDryRun && made.outcome !== 'unchanged') {
      await changeOwnTypes(platform.documents, tenantId, (types) => {
        made = registerAmong(types)
        return [...types.filter(({ name }) => name !== params.name), made.type]
      })
      const { name, version } = made.type
      const done = { action: 'event_type.put', target: name, details: { version } }
      await audited(deps, principal, done)
      const { requestId } = c.var
      options.log.info('an event type was registered', {
        requestId,
        tenantId,
        keyId,
        name,
        version,
      })
    }
    c.header('Cache-Control', 'no-store')
    const { type, breaking, outcome } = made
    const answer = { outcome, dryRun: isDryRun, type: viewOf(type), breaking, lastDay }
    return outcome === 'created' && !isDryRun
      ? reply.json(c, 201, answer)
      : reply.json(c, 200, answer)
  })
}

function outcomeOf(before: RegisteredType | undefined, read: object) {
  if (before === undefined) return 'created' as const
  const { createdAt: _, updatedAt: __, updatedBy: ___, ...rest } = before
  return isDeepStrictEqual(rest, read) ? ('unchanged' as const) : ('replaced' as const)
}
